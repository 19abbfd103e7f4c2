(** Where a constant head is isotropic up to a factor, the factor is constant. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth symmetry regions.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The matrix [c I]. *)
Definition multiple_of_identity (d : nat) (c : R) : mat d d := fun i j => kron i j * c.
Arguments multiple_of_identity : clear implicits.

(** A quadratic polynomial on R^k: [u |-> u^T P u / 2 + b . u + a] with a symmetric matrix [P]. *)
Definition quadratic (k : nat) (Q : vec k -> R) : Prop :=
  exists (P : mat k k) (b : vec k) (a : R), P = tr P /\ forall u, Q u = form P u u / 2 + dot b u + a.

Section Factor.
Variables (d k : nat) (L : vec k -> R) (W : mat k d) (U : vec d -> Prop) (c : vec d -> R).
Hypotheses (d2 : (1 < d)%nat) (Uo : open_set U) (Uc : connected_set U).
Hypothesis LC : forall z, U z -> C2 L (mulv W z).
Hypothesis iso : forall z, U z ->
  mulm (tr W) (mulm (hess L (mulv W z)) W) = multiple_of_identity d (c z).
Let f z := L (mulv W z).

Lemma linear_C2 z : C2map (mulv W) z.
Proof. by rewrite mulv_affine; exact: C2_affine. Qed.

Lemma f_C2 z : U z -> C2 f z.
Proof. by move=> Uz; apply: C2_comp; [exact: linear_C2 | exact: LC]. Qed.

Lemma f_hess z i j : U z -> hess f z i j = kron i j * c z.
Proof.
move=> Uz; have LCz := LC Uz; rewrite mulv_affine in LCz.
have := effective_affine LCz; rewrite -mulv_affine iso //.
by move=> /(congr1 (fun A => A i j)).
Qed.

Lemma factor_constant x y : U x -> U y -> c y = c x.
Proof. apply: (isotropic_constant Uo Uc d2 (f := f)); [exact: f_C2 | exact: f_hess]. Qed.

Lemma factor_polynomial x : U x -> exists (b : vec d) (a : R),
  forall z, U z -> f z = c x / 2 * dot z z + dot b z + a.
Proof.
move=> Ux; apply: (isotropic_polynomial Uo Uc (f := f) Ux) => [|z i j Uz]; first exact: f_C2.
by rewrite f_hess // (factor_constant Ux Uz).
Qed.
End Factor.

(** Let [d >= 2], let [U] be a connected open set in R^d that is not empty, [W] a k x d matrix, [L] a function that
    is C^2 on [W(U)], and [W^T hess L(W z) W = c(z) I] with [c(z) > 0] for all [z] in [U].  Then [c] is constant
    on [U], and [L] agrees on [W(U)] with a quadratic polynomial. *)
Theorem part_factor (d k : nat) (L : vec k -> R) (W : mat k d) (U : vec d -> Prop) (c : vec d -> R) :
  (1 < d)%nat -> open_set U -> connected_set U -> (exists z, U z) ->
  (forall z, U z -> C2 L (mulv W z)) ->
  (forall z, U z -> 0 < c z) ->
  (forall z, U z -> mulm (tr W) (mulm (hess L (mulv W z)) W) = multiple_of_identity d (c z)) ->
  (exists c0, forall z, U z -> c z = c0)
  /\ exists Q : vec k -> R, quadratic Q /\ forall z, U z -> L (mulv W z) = Q (mulv W z).
Proof.
move=> d2 Uo Uc [x Ux] LC c0 iso; split.
  by exists (c x) => z Uz; exact: (factor_constant d2 Uo Uc LC iso Ux Uz).
have [b [a fE]] := factor_polynomial d2 Uo Uc LC iso Ux.
have cx := c0 x Ux; set H := hess L (mulv W x) in iso *.
(* A left inverse of W *)
pose A : mat d k := fun i j => / c x * mulm (tr W) H i j.
have AW z : mulv A (mulv W z) = z.
  have E : mulm (mulm (tr W) H) W = multiple_of_identity d (c x).
    rewrite -(iso x Ux); apply: functional_extensionality => i; apply: functional_extensionality => j.
    rewrite /mulm -/H; under eq_sum => l do rewrite mull_sum.
    by rewrite exchange_sum; apply: eq_sum => l; rewrite mulr_sum; apply: eq_sum => m; ring.
  have F : mulv (mulm (mulm (tr W) H) W) z = scalev (c x) z.
    rewrite E; apply: functional_extensionality => i; rewrite /mulv /multiple_of_identity /scalev.
    by rewrite (eq_sum (G := fun j => kron i j * (c x * z j))) ?sum_kron // => j; ring.
  rewrite mulv_mulm in F; apply: functional_extensionality => i.
  have -> : mulv A (mulv W z) i = / c x * mulv (mulm (tr W) H) (mulv W z) i.
    by move: (mulv W z) => y; rewrite /mulv mulr_sum; apply: eq_sum => j; rewrite /A; ring.
  by rewrite F /scalev; field; lra.
exists (fun u => c x / 2 * dot (mulv A u) (mulv A u) + dot b (mulv A u) + a); split; last first.
  by move=> z Uz; rewrite AW; exact: fE.
exists (fun i j => c x * mulm (tr A) A i j), (mulv (tr A) b), a; split.
  apply: functional_extensionality => i; apply: functional_extensionality => j.
  by rewrite /tr /mulm; congr (_ * _); apply: eq_sum => l; ring.
move=> u; rewrite (dot_mulv A b u); congr (_ + _ + _).
have -> : form (fun i j => c x * mulm (tr A) A i j) u u = c x * dot u (mulv (mulm (tr A) A) u).
  rewrite -dotZr; congr dot; apply: functional_extensionality => i.
  by rewrite /mulv /scalev mulr_sum; apply: eq_sum => j; ring.
by rewrite mulv_mulm (dot_mulv (tr A) u) (_ : tr (tr A) = A) //; field.
Qed.
