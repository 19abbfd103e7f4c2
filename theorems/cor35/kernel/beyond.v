(** Corollary 3.5, part [beyond]: what happens on either side of the threshold. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import Rstruct.
From Geometry Require Import forms semidefinite norms matrices.
From Geometry Require Import jets pullback smooth.
From Geometry.cor35 Require Import threshold readings readings_beyond.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** lambda_min(H_eff) = lambda > 0 says that the target's H_eff is definite already: positive
    definite. *)
Theorem part_beyond_target k d (loss : vec k -> R) (h : vec d -> vec k) (z : vec d) (lambda : R) :
  C2 loss (h z) -> C2map h z -> 0 < lambda -> lambda_min_is (mx (effective loss h z)) lambda ->
  pd (mx (effective loss h z)).
Proof.
move=> LC hC l0 [hl _]; apply: lambda_ge_pd l0 hl.
by apply: sym_hess; apply: (C2_comp hC LC).
Qed.

(** Beyond the threshold that can be kept, and it can be lost. (Below the threshold of the full
    bound it is kept: part [full].) *)
Theorem part_beyond_kept_or_lost :
  (exists (loss : vec 1 -> R) (h hphi : vec 1 -> vec 1) (z : vec 1) (L M lambda : R),
    [/\ quoted loss h hphi z L M lambda, exceeds h hphi z L M lambda &
        pd (mx (effective loss hphi z))]) /\
  (exists (loss : vec 3 -> R) (h hphi : vec 1 -> vec 3) (z : vec 1) (L M lambda : R),
    [/\ quoted loss h hphi z L M lambda, exceeds h hphi z L M lambda &
        ~ psd (mx (effective loss hphi z))]).
Proof.
split.
  by have [s [h [p [z [L [M [l [a b c _]]]]]]]] := refuted_necessary; exists s, h, p, z, L, M, l.
have [s [h [p [z [_ [L [M [l [[a b] _ _ _ c]]]]]]]]] := refuted_stable.
by exists s, h, p, z, L, M, l.
Qed.
