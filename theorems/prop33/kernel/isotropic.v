(** When a constant head is isotropic everywhere. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth symmetry regions quadratic whitening.
From Geometry.prop33 Require Import factor factor_hypotheses.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The function [f] is a quadratic polynomial on R^n whose Hessian [P] is positive definite. *)
Definition definite_quadratic (n : nat) (f : vec n -> R) : Prop :=
  exists (P : mat n n) (b : vec n) (a : R),
    metric P /\ forall y, f y = form P y y / 2 + dot b y + a.

Section Affine.
Variables (d k : nat) (L : vec k -> R).
Hypothesis LC : forall u, C2 L u.

Lemma isotropic_restriction (W : mat k d) (u0 : vec k) (c : R) : 0 < c ->
  (forall z, mulm (tr W) (mulm (hess L (affine W u0 z)) W) = multiple_of_identity d c) ->
  injective_matrix W /\ definite_quadratic (fun y => L (affine W u0 y)).
Proof.
move=> c0 iso; split.
  move=> y Wy; have := congr1 (fun A => mulv A y) (iso zerov); rewrite !mulv_mulm Wy !mulv0 => e.
  apply: functional_extensionality => i; have := congr1 (fun v => v i) e; rewrite /zerov /mulv /multiple_of_identity.
  rewrite (eq_sum (G := fun j => kron i j * (c * y j))) ?sum_kron => [|j]; last by ring.
  by move=> h; apply: (Rmult_eq_reg_l c); lra.
have fC z : C2 (fun y => L (affine W u0 y)) z by apply: C2_comp; [exact: C2_affine | exact: LC].
have fH z i j : hess (fun y => L (affine W u0 y)) z i j = kron i j * c.
  have := effective_affine (LC (affine W u0 z)); rewrite iso => /(congr1 (fun A => A i j)).
  exact: id.
have [b [a E]] := isotropic_polynomial (@everywhere_open d) (@everywhere_connected d) (x := zerov) Logic.I
  (fun z _ => fC z) (fun z i j _ => fH z i j).
exists (multiple_of_identity d c), b, a; split; last first.
  move=> y; rewrite E //; congr (_ + _ + _); rewrite /form (_ : mulv _ y = scalev c y); first by rewrite dotZr; field.
  apply: functional_extensionality => i; rewrite /mulv /multiple_of_identity /scalev.
  by rewrite (eq_sum (G := fun j => kron i j * (c * y j))) ?sum_kron // => j; ring.
split.
  apply: functional_extensionality => i; apply: functional_extensionality => j.
  by rewrite /tr /multiple_of_identity kronC.
move=> v v0; rewrite /form (_ : mulv _ v = scalev c v).
  by rewrite dotZr; apply: Rmult_lt_0_compat => //; exact: dot_gt0.
apply: functional_extensionality => i; rewrite /mulv /multiple_of_identity /scalev.
by rewrite (eq_sum (G := fun j => kron i j * (c * v j))) ?sum_kron // => j; ring.
Qed.

Lemma restriction_isotropic (B : mat k d) (u0 : vec k) :
  definite_quadratic (fun y => L (affine B u0 y)) ->
  exists W : mat k d, forall z, mulm (tr W) (mulm (hess L (affine W u0 z)) W) = multiple_of_identity d 1.
Proof.
move=> [P [b [a [Pm E]]]]; have [S SE] := whiten Pm; exists (mulm B S) => z.
rewrite -effective_affine; last exact: LC.
have q y : L (affine (mulm B S) u0 y) = bowl 1 zerov y + (dot (mulv (tr S) b) y + a).
  have -> : affine (mulm B S) u0 y = affine B u0 (mulv S y) by rewrite /affine mulv_mulm.
  rewrite E (dot_mulv S b) /form SE /bowl (_ : subv y zerov = y); first by field.
  by apply: functional_extensionality => i; rewrite /subv /zerov; ring.
apply: functional_extensionality => i; apply: functional_extensionality => j.
rewrite /multiple_of_identity -(hess_bowl 1 zerov z i j) /effective /hess.
have G y : partial (fun w => L (affine (mulm B S) u0 w)) j y = partial (bowl 1 zerov) j y + mulv (tr S) b j.
  rewrite (partial_ext _ _ q).
  have dC : C1 (fun w : vec d => dot (mulv (tr S) b) w + a) y.
    by apply: C1_plus; [apply: C2_C1; exact: C2_dot | exact: C1_const].
  rewrite -(near_point (near_partial_plus j (C2_C1 (bowl_C2 1 zerov y)) dC)); congr (_ + _).
  rewrite -(near_point (near_partial_plus j (C2_C1 (C2_dot (mulv (tr S) b) y)) (C1_const a y))).
  by rewrite partial_const Rplus_0_r -/(grad (dot (mulv (tr S) b)) y j) grad_dot.
rewrite (partial_ext _ _ G).
have bC : C1 (partial (bowl 1 zerov) j) z by case: (bowl_C2 1 zerov z).
by rewrite -(near_point (near_partial_plus i bC (C1_const _ z))) partial_const Rplus_0_r.
Qed.
End Affine.

(** Let [L : R^k -> R] be C^2.  There are a k x d matrix [W] and [c > 0] with [W^T hess L(W z) W = c I] for all [z]
    if and only if [L] is a quadratic polynomial with positive definite Hessian on some d-dimensional linear
    subspace of R^k, which is the range [{B y}] of an injective matrix [B].  ([d <= k] need not be assumed:
    there is no injective [B] otherwise.) *)
Theorem part_iff (d k : nat) (L : vec k -> R) : (forall u, C2 L u) ->
  (exists (W : mat k d) (c : R), 0 < c /\
     forall z, mulm (tr W) (mulm (hess L (mulv W z)) W) = multiple_of_identity d c)
  <-> (exists B : mat k d, injective_matrix B /\ definite_quadratic (fun y => L (mulv B y))).
Proof.
move=> LC; split=> [[W [c [c0 iso]]]|[B [_ q]]].
  rewrite mulv_affine in iso; have [inj q] := isotropic_restriction LC c0 iso.
  by exists W; rewrite mulv_affine.
rewrite mulv_affine in q; have [W iso] := restriction_isotropic LC q.
by exists W, 1; rewrite mulv_affine; split; [lra | exact: iso].
Qed.

(** The same for heads [h(z) = W z + b], with an affine subspace [{B y + u0}]. *)
Theorem part_iff_affine (d k : nat) (L : vec k -> R) : (forall u, C2 L u) ->
  (exists (W : mat k d) (b : vec k) (c : R), 0 < c /\
     forall z, mulm (tr W) (mulm (hess L (affine W b z)) W) = multiple_of_identity d c)
  <-> (exists (B : mat k d) (u0 : vec k), injective_matrix B /\ definite_quadratic (fun y => L (affine B u0 y))).
Proof.
move=> LC; split=> [[W [b [c [c0 iso]]]]|[B [u0 [_ q]]]].
  by have [inj q] := isotropic_restriction LC c0 iso; exists W, b.
have [W iso] := restriction_isotropic LC q.
by exists W, u0, 1; split; [lra | exact: iso].
Qed.

(** The hypotheses and both sides are met by [|u|^2 / 2], for every [d = k]. *)
Lemma part_iff_met (d : nat) :
  (forall u, C2 (@half_length d) u) /\
  exists B : mat d d, injective_matrix B /\ definite_quadratic (fun y => half_length (mulv B y)).
Proof.
split; first by move=> u; exact: half_length_C2.
exists (@kron d); split; first by move=> y; rewrite identity_mulv.
exists (@kron d), zerov, 0; split.
  split; first by apply: functional_extensionality => i; apply: functional_extensionality => j; rewrite /tr kronC.
  by move=> v v0; rewrite /form identity_mulv; exact: dot_gt0.
by move=> y; rewrite identity_mulv /form identity_mulv dot0l /half_length; field.
Qed.
