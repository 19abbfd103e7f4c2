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

Lemma mulv_affine z : mulv W z = affine W zerov z.
Proof. by apply: functional_extensionality => i; rewrite /affine /addv /zerov; ring. Qed.

Lemma linear_C2 z : C2map (mulv W) z.
Proof.
move=> a; apply: (C2_ext_near (f := comp (affine W zerov) a)); last exact: C2_affine.
by apply: filter_forall => y; rewrite /comp mulv_affine.
Qed.

Lemma f_C2 z : U z -> C2 f z.
Proof. by move=> Uz; apply: C2_comp; [exact: linear_C2 | exact: LC]. Qed.

Lemma f_hess z i j : U z -> hess f z i j = kron i j * c z.
Proof.
move=> Uz; have := effective_split (linear_C2 z) (LC Uz) => /(congr1 (fun A => A i j)).
rewrite /effective => ->; rewrite /addm /gauss_newton (_ : jac (mulv W) z = W); last first.
  by rewrite -[RHS](jac_affine W zerov z); congr jac; apply: functional_extensionality => y; exact: mulv_affine.
rewrite iso // /multiple_of_identity -[RHS]Rplus_0_r; congr (_ + _).
rewrite /interaction -[RHS](sum0 k); apply: eq_sum => a.
rewrite (_ : hess _ _ _ _ = 0) ?Rmult_0_r // -(hess_affine W zerov z a i j).
by congr hess; apply: functional_extensionality => y; rewrite /comp mulv_affine.
Qed.

Lemma factor_constant x y : U x -> U y -> c y = c x.
Proof. apply: (isotropic_constant Uo Uc d2 (f := f)); [exact: f_C2 | exact: f_hess]. Qed.

Lemma factor_polynomial x : U x -> exists (b : vec d) (a : R),
  forall z, U z -> f z = c x / 2 * dot z z + dot b z + a.
Proof.
move=> Ux; pose G i z := partial f i z - c x * z i.
have G0 i z j : U z -> ex_partial (G i) j z /\ partial (G i) j z = 0.
  move=> Uz; have [_ fi] := f_C2 Uz.
  have D : is_derive (fun t => G i (upd z j t)) (z j) (hess f z j i - c x * kron j i).
    apply: (is_derive_minus (fun t => partial f i (upd z j t))).
      by apply: is_derive_partial; apply: C1_ex; exact: fi.
    by apply: is_derive_scal; have := is_derive_partial (C1_ex j (C1_coord i z)); rewrite partial_coord.
  split; first by eexists; exact: D.
  by rewrite /partial (is_derive_unique _ _ _ D) f_hess // (factor_constant Ux Uz); ring.
pose b : vec d := fun i => G i x.
have Gb i z : U z -> partial f i z = c x * z i + b i.
  by move=> Uz; have := zero_partials_constant Uo Uc (G0 i) Ux Uz; rewrite /b /G; lra.
pose q z := f z - (c x / 2 * dot z z + dot b z).
have q0 z j : U z -> ex_partial q j z /\ partial q j z = 0.
  move=> Uz.
  have A : C2 (fun w : vec d => c x / 2 * dot w w) z.
    by apply: C2_scal; apply: C2_sum => i; apply: C2_mult; exact: C2_coord.
  have E : partial (fun w : vec d => c x / 2 * dot w w) j z = c x * z j.
    rewrite partialZ; last by apply: C2_C1; apply: C2_sum => i; apply: C2_mult; exact: C2_coord.
    rewrite /dot partial_sum => [|i]; last by apply: C1_mult; exact: C1_coord.
    rewrite (eq_sum (G := fun i => kron j i * (2 * z i))) ?sum_kron; first by field.
    by move=> i; rewrite -(near_point (near_partial_mult j (C1_coord i z) (C1_coord i z))) partial_coord; ring.
  have D1 := is_derive_partial (C1_ex j (C2_C1 (f_C2 Uz))).
  have D2 := is_derive_partial (C1_ex j (C2_C1 A)).
  have D3 := is_derive_partial (C1_ex j (C2_C1 (C2_dot b z))).
  have D := is_derive_minus _ _ _ _ _ D1 (is_derive_plus _ _ _ _ _ D2 D3).
  split; first by eexists; exact: D.
  rewrite /partial (is_derive_unique _ _ _ D) /minus /plus /opp /= E -/(grad (dot b) z j) grad_dot Gb //.
  by ring.
exists b, (q x) => z Uz; have := zero_partials_constant Uo Uc q0 Ux Uz.
by rewrite /q; lra.
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
