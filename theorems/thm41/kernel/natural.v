(** * The step in z that a head's output asks for *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Geometry Require Import forms semidefinite subspaces pseudoinverse differential expansions.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Natural.
Variable F : realFieldType.

(** [w] is the orthogonal projection of [rho] on the range of J: it lies in the range, and rho - w is orthogonal to it. *)
Definition projection d k (J : 'M[F]_(k, d)) (rho w : 'rV[F]_k) : Prop :=
  (w <= J^T)%MS /\ forall u : 'rV_k, (u <= J^T)%MS -> dot (rho - w) u = 0.

(** The step dz = - eta (J^T J)^+ grad, for the gradient grad of L(h(z)). *)
Definition step d k (J : 'M[F]_(k, d)) (grad : 'rV[F]_d) (eta : F) : 'rV[F]_d :=
  - eta *: (grad *m pseudoinverse (J^T *m J)).

Lemma normal_equation d k (J : 'M[F]_(k, d)) : J *m pseudoinverse (J^T *m J) *m (J^T *m J) = J.
Proof.
have [p1 _ _ _] := pseudoinverseP (J^T *m J); move: (pseudoinverse _) p1 => P p1.
apply/eqP; rewrite -subr_eq0; set X := _ - _; apply/eqP.
have XE : X = J *m (P *m (J^T *m J) - 1%:M) by rewrite mulmxBr mulmx1 mulmxA.
have JX : J^T *m X = 0 by rewrite XE mulmxBr mulmx1 mulmxBr !mulmxA in p1 *; rewrite p1 subrr.
have XX : X^T *m X = 0 by rewrite {1}XE trmx_mul -mulmxA JX mulmx0.
have := rank_gram X^T; rewrite trmxK XX mxrank0 mxrank_tr => /esym/eqP.
by rewrite mxrank_eq0 => /eqP.
Qed.

Lemma projection_unique d k (J : 'M[F]_(k, d)) rho v w : projection J rho v -> projection J rho w -> v = w.
Proof.
move=> [vJ pv] [wJ pw]; have u : (v - w <= J^T)%MS by rewrite addmx_sub // eqmx_opp.
apply/eqP; rewrite -subr_eq0 -sqn_eq0 /sqn.
have E : v - w = (rho - w) - (rho - v) by rewrite opprB [RHS]addrC addrA subrK.
by rewrite {1}E dotBl pw // pv // subr0.
Qed.

(** Of a gradient step - eta rho in head coordinates the step dz = - eta (J^T J)^+ grad (L o h)(z) reaches, to first order, its projection: h(z + dz) = h(z) + J dz + o(eta); J dz is - eta rho projected on the range of J, and equal to it if rho lies in that range. *)
Theorem part_natural d k (h : 'rV[F]_d -> 'rV[F]_k) (L : 'rV[F]_k -> F) (z : 'rV_d) (J : 'M_(k, d))
    (rho : 'rV_k) (grad : 'rV_d) :
  differential h z J -> gradient L (h z) rho -> gradient (fun x => L (h x)) z grad ->
  [/\ forall eps, 0 < eps -> exists2 delta, 0 < delta & forall eta, `|eta| < delta ->
        norm1 (h (z + step J grad eta) - h z - step J grad eta *m J^T) <= eps * `|eta|,
      forall eta, projection J (- eta *: rho) (step J grad eta *m J^T) &
      (rho <= J^T)%MS -> forall eta, step J grad eta *m J^T = - eta *: rho].
Proof.
move=> DJ Drho Dg.
have gE : grad = rho *m J by apply: gradient_unique Dg _; apply: differential_comp DJ Drho.
set P := pseudoinverse (J^T *m J).
have stepE eta : step J grad eta *m J^T = - eta *: rho *m (J *m P *m J^T).
  by rewrite /step gE -!scalemxAl !mulmxA.
have proj eta : projection J (- eta *: rho) (step J grad eta *m J^T).
  split=> [|u /submxP[c ->]]; first by rewrite submxMl.
  rewrite dotC dot_mulr trmxK stepE mulmxBl -[_ *m (J *m P *m J^T) *m J]mulmxA.
  by rewrite -[J *m P *m J^T *m J]mulmxA normal_equation subrr dot0r.
split=> // [eps e0|rJ eta]; last first.
  apply: projection_unique (proj eta) _; split=> [|u _]; last by rewrite subrr dot0l.
  by rewrite scalemx_sub.
pose c := norm1 (grad *m P) + 1; have c0 : 0 < c by rewrite ltr_paddl ?norm1_ge0 ?ltr01.
have [dl d0 H] := DJ _ (divr_gt0 e0 c0); exists (dl / c); first by rewrite divr_gt0.
move=> eta; rewrite ltr_pdivl_mulr // => ed.
have sE : norm1 (step J grad eta) <= `|eta| * c.
  by rewrite /step norm1Z normrN ler_wpmul2l ?normr_ge0 // ler_addl ler01.
apply: le_trans (H _ (le_lt_trans sE ed)) _.
apply: le_trans (_ : eps / c * (`|eta| * c) <= _); first by rewrite ler_wpmul2l // divr_ge0 ?ltW.
by rewrite le_eqVlt; apply/orP; left; apply/eqP; field; apply: lt0r_neq0.
Qed.

(** J of rank 1 < d = 2 = k: rho = (1, 1) is not in the range of J, and J dz is - eta (1, 0). *)
Lemma part_natural_met :
  let J : 'M[F]_2 := delta_mx 0 0 in
  exists (L : 'rV[F]_2 -> F) (rho : 'rV_2),
  [/\ differential (fun z => z *m J^T) 0 J, gradient L (0 *m J^T) rho,
      exists grad, gradient (fun z => L (z *m J^T)) 0 grad & ~ (rho <= J^T)%MS].
Proof.
move=> J; pose rho : 'rV[F]_2 := const_mx 1; pose L (u : 'rV[F]_2) := 0 + (u *m rho^T) 0 0.
exists L, rho; split.
- exact: differential_linear.
- exact: gradient_affine.
- exists (rho *m J); apply: differential_comp (differential_linear J 0) (gradient_affine 0 rho _).
case/submxP => c /rowP /(_ 1); rewrite !mxE big1 => [/eqP|i _]; first by rewrite oner_eq0.
by rewrite !mxE /= mulr0.
Qed.

End Natural.
