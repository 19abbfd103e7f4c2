(** Cubic polynomials of one variable as losses on R^1 and as heads from R^1 to R^1. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The polynomial a + b t + c t^2 / 2 + e t^3 / 6. *)
Definition cubic (a b c e t : R) : R := a + b * t + c * t ^ 2 / 2 + e * t ^ 3 / 6.

(** A function of one variable as a loss on R^1. *)
Definition loss1 (s : R -> R) : vec 1 -> R := fun u => s (u ord0).

(** A function of one variable as a head from R^1 to R^1. *)
Definition head1 (p : R -> R) : vec 1 -> vec 1 := fun z _ => p (z ord0).

(** The vector of R^1 with the coordinate a. *)
Definition point1 (a : R) : vec 1 := fun _ => a.

(** The derivative of a quadratic polynomial at the point a it is written about. *)
Lemma line_derive (c0 c1 c2 a : R) :
  is_derive (fun t => c0 + (t - a) * c1 + (t - a) * (t - a) * c2) a c1.
Proof. by auto_derive => //; ring. Qed.

Section Cubic.
Variables a b c e : R.

Lemma Derive_cubic : Derive (cubic a b c e) = fun t => b + c * t + e * t ^ 2 / 2.
Proof.
by apply: functional_extensionality => t; apply: is_derive_unique; rewrite /cubic; auto_derive => //; field.
Qed.

Lemma Derive2_cubic : Derive (Derive (cubic a b c e)) = fun t => c + e * t.
Proof.
rewrite Derive_cubic; apply: functional_extensionality => t.
by apply: is_derive_unique; auto_derive => //; field.
Qed.

Lemma C2fun_cubic : C2fun (cubic a b c e).
Proof.
move=> t; rewrite Derive2_cubic Derive_cubic; split; first by rewrite /cubic; auto_derive.
by split; [auto_derive | apply: ex_derive_continuous; auto_derive].
Qed.

Lemma C2_loss u : C2 (loss1 (cubic a b c e)) u.
Proof. by apply: (@C2_lift 1 (cubic a b c e) ord0); apply: C2fun_cubic. Qed.

Lemma grad_loss u i : grad (loss1 (cubic a b c e)) u i = b + c * u ord0 + e * u ord0 ^ 2 / 2.
Proof.
rewrite /grad /loss1 (@partial_lift 1 (cubic a b c e) ord0) Derive_cubic.
by rewrite /kron (ord1 i); case: eqP => // _; ring.
Qed.

Lemma hess_loss u i j : hess (loss1 (cubic a b c e)) u i j = c + e * u ord0.
Proof.
rewrite /loss1 (@hess_lift 1 (cubic a b c e) ord0) Derive2_cubic.
by rewrite /kron (ord1 i) (ord1 j); case: eqP => // _; ring.
Qed.

Lemma C2map_head z : C2map (head1 (cubic a b c e)) z.
Proof. by move=> i; apply: (@C2_lift 1 (cubic a b c e) ord0); apply: C2fun_cubic. Qed.

Lemma jac_head z i j : jac (head1 (cubic a b c e)) z i j = b + c * z ord0 + e * z ord0 ^ 2 / 2.
Proof. exact: grad_loss. Qed.

Lemma hess_head z l i j : hess (comp (head1 (cubic a b c e)) l) z i j = c + e * z ord0.
Proof. exact: hess_loss. Qed.

End Cubic.

(** H_eff in one dimension: h'^2 L'' + L' h''. *)
Lemma effective_cubic a b c e p q r s z i j :
  let u := cubic p q r s (z ord0) in
  effective (loss1 (cubic a b c e)) (head1 (cubic p q r s)) z i j =
  (q + r * z ord0 + s * z ord0 ^ 2 / 2) ^ 2 * (c + e * u) +
  (b + c * u + e * u ^ 2 / 2) * (r + s * z ord0).
Proof.
move=> u; rewrite effective_split; [|exact: C2map_head|exact: C2_loss].
rewrite /addm /gauss_newton /interaction /mulm /tr.
have s1 (F : 'I_1 -> R) : \sum_(i < 1) F i = F ord0 by rewrite big_ord_recl big_ord0 Rplus_0_r.
rewrite !s1 !jac_head hess_loss grad_loss hess_head /head1 -/u; ring.
Qed.
