#!/bin/sh
cat >&2 <<'T'
=== NOTE FROM THE LEAD (all helpers) ===
Runs of hours on CIFAR rest on the code of verify/ssl/{augment,backbones}.py, verify/ssl/data/*, verify/ssl/training/*, verify/numeric/objectives/*,
verify/identity/{closure,syntax}.py (their keys hash it). These files freeze at 14:45 (`date`). Whoever must change them (own: released VICReg / Barlow entries, CIFAR pickle layout,
Pillow's format list; exp: hue, crop, views, rotation; med: speed, data) delivers THAT change first, small and tested, to /work/main before 14:45. From then on pushes that touch them
are refused until the end of this session: leave such a change on a branch `later/<name>` in /work/main (git push /work/main HEAD:later/<name>) and say so in your final message.
med: start the first long run at 14:45 from /work/main's state then (measure speed, rehearse, and finish the form before); every long run rests on that one commit.
=========================================
T
