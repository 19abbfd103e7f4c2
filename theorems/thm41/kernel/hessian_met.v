(** * The bounds on the Hessian of L o h are attained *)
From Coq Require Import Reals Lra.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import Rstruct.
From mathcomp.algebra_tactics Require Import ring.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import forms semidefinite inertia norms subspaces matrices.
From Geometry Require Import jets pullback smooth quadratic_losses.
From Geometry Require cubic.
From Geometry.thm41 Require Import heads direction inertia_bound threshold real_heads hessian_parts.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** The activation [s(a) = b a - c a^2 / 2], with [s'(a) = b - c a] and [s'' = - c]. *)
Definition parabola (b c : R) : R -> R := cubic.cubic 0 b (- c) 0.

Lemma Derive_parabola b c : Derive (parabola b c) = fun a => b - c * a.
Proof.
rewrite cubic.Derive_cubic; apply: FunctionalExtensionality.functional_extensionality => a.
by rewrite Rmult_0_l /Rdiv Rmult_0_l Rplus_0_r -mulNr.
Qed.

Lemma Derive2_parabola b c : Derive (Derive (parabola b c)) = fun=> - c.
Proof.
rewrite cubic.Derive2_cubic; apply: FunctionalExtensionality.functional_extensionality => a.
by rewrite Rmult_0_l Rplus_0_r.
Qed.

Lemma parabola0 b c : parabola b c 0 = 0.
Proof. by rewrite /parabola /cubic.cubic /= /Rdiv !(Rmult_0_l, Rmult_0_r, Rplus_0_r). Qed.

Lemma parabola_C2 b c : C2fun (parabola b c).
Proof. exact: cubic.C2fun_cubic. Qed.

(** The loss [L(u) = p u + q u^2 / 2] of one output. *)
Definition line_loss (p q : R) : vec 1 -> R := quadratic_loss q%:M p%:M.

Lemma line_loss_row p q u : loss_gradient (line_loss p q) u = row_of u *m q%:M + p%:M.
Proof. by apply: grad_quadratic; exact: sym_scalar. Qed.
Lemma line_loss_mx p q u : loss_hessian (line_loss p q) u = q%:M.
Proof. by apply: hess_quadratic; exact: sym_scalar. Qed.
Lemma line_loss_C2 p q u : C2 (line_loss p q) u.
Proof. by apply: C2_quadratic; exact: sym_scalar. Qed.

(** The inertia bound is attained at every [d]: [d] hidden units with [s(a) = a - a^2 / 2], W_1 = I, W_2 = (1 .. 1) and L(u) = u at z = 0 have n_-(H_eff) = d = n_-(D) - n_+(hess L) - (m_tot - rank W_1). *)
Theorem part_inertia_hessian_attained d :
  let s := parabola 1 1 in let L := line_loss 1 0 in let z : vec d := vectors.zerov in
  let W1 := 1%:M : 'M[R]_d in let N := Layer W1 0 (Last (const_mx 1 : 'M[R]_(1, d)) 0) in
  let h := real_head s N in
  let D := gains s (Derive s) (Derive (Derive s)) N (loss_gradient L (h z)) (row_of z) in
  [/\ C2fun s, C2 L (h z), n_minus (hessian L h z) = d &
      (n_minus D - n_plus (loss_hessian L (h z)) - (units N - \rank W1))%N = d].
Proof.
move=> s L z W1 N h D; have sC : C2fun s := parabola_C2 1 1; have LC : C2 L (h z) := line_loss_C2 _ _ _.
have z0 : row_of z = 0 by apply/rowP => i; rewrite !mxE.
have rE : loss_gradient L (h z) = 1%:M by rewrite line_loss_row raddf0 mulmx0 add0r.
have HE : loss_hessian L (h z) = 0 by rewrite line_loss_mx raddf0.
have s2E : Derive (Derive s) = fun=> -1 by exact: Derive2_parabola.
have [e1 e2] := inertia_attained s (Derive s) d; rewrite -s2E in e1 e2.
split=> //; first by rewrite (hessian_real sC LC) z0 -/h rE HE.
by rewrite /D z0 rE HE.
Qed.

(** The threshold is attained at d = m = k = 1: behind s(a) = 3 a / 4 - 3 a^2 / 8, with s'(0) = 3/4 and s''(0) = - 3/4 (tanh has these where it is 1/2), W_1 = W_2 = 1, and under L(u) = rho u + u^2 / 2 with rho >= 0: H_eff >= 0 at z = 0 if and only if rho <= 3/4, which is the threshold. *)
Theorem part_threshold_hessian_attained (rho : R) : 0 <= rho ->
  let q := 3%:R / 4%:R : R in
  let s := parabola q q in let L := line_loss rho 1 in let z : vec 1 := vectors.zerov in
  let one := 1%:M : 'M[R]_1 in let h := real_head s (Layer one 0 (Last one 0)) in
  [/\ C2fun s, C2 L (h z), (loss_gradient L (h z) = rho%:M /\ loss_hessian L (h z) = 1%:M),
      (psd (hessian L h z) <-> rho <= q) & 1 * 1 ^+ 2 * (Derive s 0) ^+ 2 / (`|Derive (Derive s) 0| * 1) = q].
Proof.
move=> r0 q s L z one h; have sC : C2fun s := parabola_C2 _ _; have LC : C2 L (h z) := line_loss_C2 _ _ _.
have z0 : row_of z = 0 by apply/rowP => i; rewrite !mxE.
have s1E : Derive s = fun a => q - q * a by exact: Derive_parabola.
have s2E : Derive (Derive s) = fun=> - q by exact: Derive2_parabola.
have h0 : row_of (h z) = 0.
  rewrite row_head z0 /= /affine !mul0mx !addr0.
  suff -> : map_mx s (0 : 'rV[R]_1) = 0 by rewrite mul0mx.
  by apply/rowP => i; rewrite !mxE; exact: parabola0.
have rE : loss_gradient L (h z) = rho%:M by rewrite line_loss_row h0 mul0mx add0r.
have HE : loss_hessian L (h z) = 1%:M by exact: line_loss_mx.
have [e1 e2] := part_threshold_attained s rho; split=> //; last first.
  by rewrite s2E s1E mulr0 subr0.
rewrite (hessian_real sC LC) -/h rE HE z0 -e1.
have -> : effective s (Derive s) (Derive (Derive s)) (Layer one 0 (Last one 0)) 1%:M rho%:M 0
  = effective s (fun=> q) (fun=> - q) (Layer one 0 (Last one 0)) one rho%:M 0; last by [].
have aE : affine one 0 (0 : 'rV[R]_1) = 0 by rewrite /affine mul0mx addr0.
have mE : map_mx (Derive s) (0 : 'rV[R]_1) = map_mx (fun=> q) (0 : 'rV[R]_1).
  by apply/rowP => i; rewrite !mxE s1E mulr0 subr0.
have jE : jacobian s (Derive s) (Layer one 0 (Last one 0)) 0 = jacobian s (fun=> q) (Layer one 0 (Last one 0)) 0.
  by rewrite /= aE mE.
by rewrite /effective /pullback jE; congr (_ + _); rewrite /interaction /gains s2E /= aE !mul0mx.
Qed.
