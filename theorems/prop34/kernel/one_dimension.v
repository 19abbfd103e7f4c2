(** 3.4 in one dimension: norms and derivatives of cubic losses and heads at 0. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import Rstruct.
From mathcomp.algebra_tactics Require Import ring.
From Geometry Require Import forms semidefinite norms positivity matrices cubic.
From Geometry Require Import jets pullback smooth.
From Geometry.prop34 Require Import perturbation star.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Local Notation form := forms.form.
Local Notation dot := forms.dot.

Lemma two_n0 : (2%:R : R) != 0. Proof. by rewrite pnatr_eq0. Qed.

Lemma mx11 (A : mat 1 1) a : A ord0 ord0 = a -> mx A = a%:M.
Proof. by move=> <-; rewrite [LHS]mx11_scalar mxE. Qed.

Lemma row11 (x : vec 1) a : x ord0 = a -> row_of x = a%:M.
Proof. by move=> <-; rewrite [LHS]mx11_scalar mxE. Qed.

Lemma sqn_11 (x : 'rV[R]_1) : sqn x = x 0 0 ^+ 2.
Proof. by rewrite sqnE big_ord1. Qed.

Lemma norm_le11 (a L : R) : `|a| <= L -> norm_le (a%:M : 'M_1) L.
Proof. by move=> h; apply: norm_leW h (norm_le_scalar 1 a). Qed.

Lemma norm_is11 (a : R) : 0 <= a -> norm_is (a%:M : 'M_1) a.
Proof.
move=> a0; have h : norm_le (a%:M : 'M[R]_1) a by apply: norm_le11; rewrite ger0_norm.
apply: (norm_is_quad (v := delta_mx 0 0)) => //; last by rewrite quad_scalar.
by rewrite -sqn_gt0 sqn_delta ltr01.
Qed.

Lemma length_le11 (a L : R) : `|a| <= L -> length_le (a%:M : 'rV_1) L.
Proof.
move=> h; have L0 : 0 <= L by apply: le_trans h.
split=> //; rewrite sqn_11 mxE eqxx mulr1n -real_normK ?num_real //.
by rewrite ler_pexpn2r ?nnegrE.
Qed.

Lemma bilinear_le11 (B : 'I_1 -> 'M[R]_1) (b K : R) : B ord0 = b%:M -> `|b| <= K -> bilinear_le B K.
Proof.
move=> Bb h; have K0 : 0 <= K by apply: le_trans h.
split=> // v; rewrite sqn_11 mxE Bb quad_scalar -real_normK ?num_real //.
rewrite ler_pexpn2r ?nnegrE ?mulr_ge0 ?sqn_ge0 //.
by rewrite normrM (ger0_norm (sqn_ge0 v)) ler_wpmul2r ?sqn_ge0.
Qed.

Lemma scalar11B (a b : R) : (a%:M - b%:M : 'M[R]_1) = (a - b)%:M.
Proof. by rewrite -[LHS]/(scalar_mx a - scalar_mx b) -raddfB. Qed.

Section AtZero.

Variables p q r s : R.
Let h := head1 (cubic p q r s).
Let z := point1 0.

Lemma head_at0 : h z ord0 = p.
Proof. by rewrite /h /head1 /z /point1 /cubic; change (0 : R) with R0; lra. Qed.

Lemma jac_at0 : mx (jac h z) = q%:M.
Proof. by apply: mx11; rewrite jac_head /z /point1; change (0 : R) with R0; lra. Qed.

Lemma second_at0 i : second_derivative_of h z i = r%:M.
Proof. by apply: mx11; rewrite hess_head /z /point1; change (0 : R) with R0; lra. Qed.

Variables a b c e : R.
Let loss := loss1 (cubic a b c e).

Lemma grad_at u : row_of (grad loss u) = (b + c * u ord0 + e * u ord0 ^+ 2 / 2%:R)%:M.
Proof. by apply: row11; rewrite grad_loss RpowE RdivE ?two_n0. Qed.

Lemma hess_at u : mx (hess loss u) = (c + e * u ord0)%:M.
Proof. by apply: mx11; rewrite hess_loss. Qed.

Lemma effective_at0 : mx (effective loss h z) =
  (q ^+ 2 * (c + e * p) + (b + c * p + e * p ^+ 2 / 2%:R) * r)%:M.
Proof.
apply: mx11; rewrite effective_cubic.
have -> : cubic p q r s (z ord0) = p by apply: head_at0.
have n2 : (IZR 2 : R) != 0 := two_n0.
rewrite !(RdivE _ n2) !RpowE !RplusE !RmultE; change (IZR 2) with (2%:R : R).
have -> : z ord0 = 0 by [].
by field.
Qed.

End AtZero.
