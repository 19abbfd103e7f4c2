(** * Singularity of every pullback along an orbit on which the head is constant *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Geometry Require Import forms semidefinite subspaces differential orbits.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Metric.
Variable F : realFieldType.
Variables (p d k m : nat).
Variables (T : 'rV[F]_p -> 'rV[F]_d -> 'rV[F]_d) (t : 'rV[F]_p) (z : 'rV[F]_d).
Variables (h : 'rV[F]_d -> 'rV[F]_k) (J : 'M[F]_(k, d)) (V : 'M[F]_(m, d)).

(** If h(T_s z) = h(z) for all s near t, where T_t z = z, then J v = 0 on V = V_aug(z); so J^T B J v = 0 for every B and v in V (a matrix A acts on the row v by v A^T), and the ranks of J and of every J^T B J are at most d - dim V. *)
Theorem part_metric :
  T t z = z -> tangent_space (T ^~ z) t V -> differential h z J ->
  near t (fun s => h (T s z) = h z) ->
  [/\ forall v : 'rV_d, (v <= V)%MS -> v *m J^T = 0,
      forall (B : 'M_k) (v : 'rV_d), (v <= V)%MS -> v *m (J^T *m B *m J)^T = 0,
      (\rank J <= d - \rank V)%N &
      forall B : 'M_k, (\rank (J^T *m B *m J) <= d - \rank V)%N].
Proof.
move=> Tz [P DP VP] DJ inv; rewrite -{1}Tz in DJ.
have DhT := differential_comp DP DJ.
have JP : J *m P = 0.
  apply: (differential_unique DhT); apply: differential_near (differential_constant (h z) t).
  by case: inv => dl d0 H; exists dl => // v /H.
have JV v : (v <= V)%MS -> v *m J^T = 0.
  by rewrite VP => /submxP[c ->]; rewrite -mulmxA -trmx_mul JP trmx0 mulmx0.
have rJ : (\rank J <= d - \rank V)%N.
  have VJ : (V <= ker J)%MS by apply: sub_rows => v /JV e; apply/kerP.
  by have := mxrankS VJ; have := rank_ker J; lia.
split; [exact: JV | | exact: rJ |] => [B v vV|B].
  by rewrite trmx_mul mulmxA (JV _ v vV) mul0mx.
by apply: leq_trans rJ; apply: mxrankM_maxr.
Qed.

(** v^T J^T J v = 0 for all v in V_aug(z). *)
Theorem reading_metric :
  T t z = z -> tangent_space (T ^~ z) t V -> differential h z J ->
  near t (fun s => h (T s z) = h z) ->
  forall v : 'rV_d, (v <= V)%MS -> quad (J^T *m J) v = 0.
Proof.
move=> Tz TV DJ inv v vV; have [h1 _ _ _] := part_metric Tz TV DJ inv.
by rewrite -[J^T]mulmx1 quad_pull (h1 v vV) quad0.
Qed.

End Metric.
