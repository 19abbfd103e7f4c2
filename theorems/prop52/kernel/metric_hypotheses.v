(** * The hypotheses of the metric statements: they can be met, and they are needed *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Geometry Require Import forms semidefinite subspaces differential orbits expansions.
From Geometry.prop52 Require Import metric effective_form.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Hypotheses.
Variable F : realFieldType.

(** Translations of the plane along e_1, and the head h(z) = z_2: V_aug is the line of e_1, and J and J^T J have rank 1 = d - dim V. *)
Lemma part_metric_met :
  exists (T : 'rV[F]_1 -> 'rV[F]_2 -> 'rV[F]_2) (t : 'rV_1) (z : 'rV_2) (h : 'rV_2 -> 'rV_1) (J : 'M_(1, 2)) (V : 'rV_2),
  [/\ T t z = z, tangent_space (T ^~ z) t V, differential h z J, near t (fun s => h (T s z) = h z) &
      \rank V = 1%N /\ \rank J = 1%N].
Proof.
pose e0 : 'rV[F]_2 := delta_mx 0 0; pose J : 'M[F]_(1, 2) := delta_mx 0 1.
exists (fun s z => z + s *m e0), 0, 0, (fun z => z *m J^T), J, e0; split.
- by rewrite mul0mx addr0.
- exists e0^T; last by rewrite trmxK.
  exact: differential_line.
- exact: differential_linear.
- exists 1 => // s _; rewrite add0r mulmxDl -mulmxA.
  by rewrite /J trmx_delta mul_delta_mx_0 // mulmx0 addr0.
- by rewrite !mxrank_delta.
Qed.

(** The same example serves reading metric. *)
Lemma reading_metric_met :
  exists (T : 'rV[F]_1 -> 'rV[F]_2 -> 'rV[F]_2) (t : 'rV_1) (z : 'rV_2) (h : 'rV_2 -> 'rV_1) (J : 'M_(1, 2)) (V : 'rV_2),
  [/\ T t z = z, tangent_space (T ^~ z) t V, differential h z J, near t (fun s => h (T s z) = h z) &
      V != 0 /\ J != 0].
Proof.
have [T [t [z [h [J [V [h1 h2 h3 h4 [rV rJ]]]]]]]] := part_metric_met; exists T, t, z, h, J, V; split=> //.
by rewrite -!mxrank_eq0 rV rJ.
Qed.

(** Invariance is needed: translations of the line, and the head h(z) = z, for which J is not singular. *)
Lemma part_metric_needs_invariant :
  exists (T : 'rV[F]_1 -> 'rV[F]_1 -> 'rV[F]_1) (t : 'rV_1) (z : 'rV_1) (h : 'rV_1 -> 'rV_1) (J V : 'M_1),
  [/\ T t z = z, tangent_space (T ^~ z) t V, differential h z J &
      exists v : 'rV_1, (v <= V)%MS /\ v *m J^T != 0].
Proof.
exists (fun s z => z + s *m 1%:M), 0, 0, id, 1%:M, 1%:M; split.
- by rewrite mul0mx addr0.
- by exists 1%:M; [rewrite -[X in differential _ _ X]trmx1; apply: differential_line | rewrite trmx1].
- exact: differential_id.
- by exists 1%:M; rewrite submx_refl trmx1 mulmx1 oner_eq0.
Qed.

End Hypotheses.
