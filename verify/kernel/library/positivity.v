(** Signs of products, sums, powers, quotients and square roots. *)

From mathcomp Require Import all_ssreflect all_algebra.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Ltac positive := repeat first
  [ assumption | exact: ltr01 | exact: ltr0Sn | apply: mulr_gt0 | apply: exprn_gt0
  | apply: divr_gt0 | rewrite invr_gt0 | rewrite sqrtr_gt0 | apply: addr_gt0 ].

Ltac nonneg := repeat first
  [ assumption | exact: lexx | exact: sqr_ge0 | exact: ler0n | exact: ler01 | exact: sqrtr_ge0 | exact: normr_ge0
  | (apply: ltW; assumption) | apply: exprn_ge0 | apply: divr_ge0 | apply: mulr_ge0
  | rewrite invr_ge0 | apply: addr_ge0 ].
