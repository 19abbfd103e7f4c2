(** * The hypotheses on the effective Hessian along an orbit can be met, and criticality is needed *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Geometry Require Import forms semidefinite subspaces differential orbits expansions.
From Geometry.prop52 Require Import effective_form.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Hypotheses.
Variable F : realFieldType.

Lemma second_order_quadratic d (A : 'M[F]_d) z : sym A -> second_order (fun x => quad A x / 2%:R) z (z *m A) A.
Proof.
move=> sA; split=> // eps e0; exists 1 => // v _; rewrite quadD_sym // formE [dot v _]dotC.
have -> : (quad A z + 2%:R * dot (z *m A) v + quad A v) / 2%:R - quad A z / 2%:R - dot (z *m A) v - quad A v / 2%:R = 0.
  by field.
by rewrite normr0 mulr_ge0 ?sqr_ge0 ?ltW.
Qed.

(** Translations of the plane along e_1, h(z) = z_2 and L(u) = u^2 / 2: z = 0 is critical, V_aug is the line of e_1, and H_eff = diag(0, 1). *)
Lemma reading_effective_form_met :
  exists (T : 'rV[F]_1 -> 'rV[F]_2 -> 'rV[F]_2) (t : 'rV_1) (z : 'rV_2) (h : 'rV_2 -> 'rV_1) (J : 'M_(1, 2)) (V : 'rV_2)
         (L : 'rV[F]_1 -> F) (rho : 'rV_1) (g : 'rV_2) (H_eff : 'M_2),
  [/\ T t z = z /\ tangent_space (T ^~ z) t V,
      [/\ differential h z J, gradient L (h z) rho & second_order (fun x => L (h x)) z g H_eff],
      near t (fun s => h (T s z) = h z), rho *m J = 0 &
      V != 0 /\ H_eff != 0].
Proof.
pose e0 : 'rV[F]_2 := delta_mx 0 0; pose J : 'M[F]_(1, 2) := delta_mx 0 1.
have nd m n (i : 'I_m) (j : 'I_n) : delta_mx i j != 0 :> 'M[F]_(m, n) by rewrite -mxrank_eq0 mxrank_delta.
have sJ : sym (J^T *m J) by rewrite /sym trmx_mul trmxK.
exists (fun s z => z + s *m e0), 0, 0, (fun z => z *m J^T), J, e0.
exists (fun u => quad 1%:M u / 2%:R), 0, (0 *m (J^T *m J)), (J^T *m J); split.
- split; first by rewrite mul0mx addr0.
  by exists e0^T; [apply: differential_line | rewrite trmxK].
- split; first exact: differential_linear.
    rewrite mul0mx -[X in gradient _ _ X](mul0mx 1 (1%:M : 'M[F]_1)).
    by apply: second_order_gradient; apply: second_order_quadratic; apply: sym1.
  have [_ H] := second_order_quadratic 0 sJ; split=> // eps e; have [dl d0 h] := H eps e.
  exists dl => // v /h; rewrite -[J^T *m J]mulmx1 -?mulmxA.
  have q x : quad (J^T *m J) x = quad 1%:M (x *m J^T) by rewrite -quad_pull mulmx1.
  by rewrite mulmx1 !q.
- exists 1 => // s _; rewrite !add0r mul0mx -mulmxA /J trmx_delta mul_delta_mx_0 // mulmx0.
  by [].
- by rewrite mul0mx.
by split; [apply: nd | rewrite /J trmx_delta mul_delta_mx; apply: nd].
Qed.

End Hypotheses.
