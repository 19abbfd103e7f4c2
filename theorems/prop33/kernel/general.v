(** Heads of any width: the barrier, and what curvature has to do with it. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets conditions chain pullback smooth symmetry elementary regions quadratic whitening.
From Geometry.prop33 Require Import factor factor_hypotheses isotropic square refuted_barrier readings.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The metric that [hess L] induces on every d-dimensional subspace, the range [{B y}] of an injective matrix
    [B], is a metric ([B^T hess L B] is positive definite) and not flat. *)
Definition curved_on_subspaces (d k : nat) (L : vec k -> R) : Prop :=
  forall B : mat k d, injective_matrix B ->
    (forall y, positive_definite (hess (fun w => L (mulv B w)) y)) /\ curved (fun w => L (mulv B w)).

Lemma isotropic_injective (d k : nat) (L : vec k -> R) (W : mat k d) (c : R) : 0 < c ->
  effective L (mulv W) zerov = @refuted_barrier.multiple_of_identity d c -> (forall u, C2 L u) ->
  injective_matrix W.
Proof.
move=> c0 iso LC y Wy; rewrite mulv_affine (effective_affine (LC _)) in iso.
have := congr1 (fun A => mulv A y) iso; rewrite !mulv_mulm Wy !mulv0 => e.
apply: functional_extensionality => i; have := congr1 (fun v => v i) e.
rewrite /zerov /mulv /refuted_barrier.multiple_of_identity.
rewrite (eq_sum (G := fun j => kron i j * (c * y j))) ?sum_kron => [|j]; last by ring.
by move=> h; apply: (Rmult_eq_reg_l c); lra.
Qed.

(** Reading `curved-subspaces`: if [d >= 2] and [hess L] induces a metric that is not flat on every d-dimensional
    subspace, no [W] has [H_eff(z) = c(z) I] for all [z] with [c(z) > 0], whatever [k]. *)
Theorem reading_curved_subspaces (d k : nat) (L : vec k -> R) : (1 < d)%nat ->
  (forall u, C2 L u) -> curved_on_subspaces d L ->
  forall (W : mat k d) (c : vec d -> R), (forall z, 0 < c z) ->
  ~ forall z, effective L (mulv W) z = @refuted_barrier.multiple_of_identity d (c z).
Proof.
move=> d2 LC cu W c c0 iso.
have [pd curv] := cu W (isotropic_injective (c0 zerov) (iso zerov) LC).
have iso' z : everywhere z ->
    mulm (tr W) (mulm (hess L (mulv W z)) W) = factor.multiple_of_identity d (c z).
  by move=> _; rewrite -multiple_of_identityE -iso !mulv_affine effective_affine.
have [[c1 cE] _] := part_factor d2 (@everywhere_open d) (@everywhere_connected d) (ex_intro _ zerov Logic.I)
  (fun z _ => LC (mulv W z)) (fun z _ => c0 z) iso'.
apply: (constant_flat (P := @refuted_barrier.multiple_of_identity d c1) _ pd curv) => z.
by rewrite -(cE z Logic.I) -iso.
Qed.

(** Let [L : R^k -> R] be C^2.  No constant head is isotropic everywhere with a factor [c > 0] if and only if [L] is
    a quadratic polynomial with positive definite Hessian on no d-dimensional subspace. *)
Theorem part_general (d k : nat) (L : vec k -> R) : (forall u, C2 L u) ->
  (~ exists (W : mat k d) (c : R), 0 < c /\
       forall z, mulm (tr W) (mulm (hess L (mulv W z)) W) = factor.multiple_of_identity d c)
  <-> (~ exists B : mat k d, injective_matrix B /\ definite_quadratic (fun y => L (mulv B y))).
Proof. by move=> LC; rewrite part_iff. Qed.

(** This is so if [d >= 2] and [hess L] induces a metric on each of them that is not flat. *)
Theorem part_general_curved (d k : nat) (L : vec k -> R) : (1 < d)%nat ->
  (forall u, C2 L u) -> curved_on_subspaces d L ->
  ~ exists B : mat k d, injective_matrix B /\ definite_quadratic (fun y => L (mulv B y)).
Proof.
move=> d2 LC cu; apply/(part_general d LC) => -[W [c [c0 iso]]].
apply: (reading_curved_subspaces d2 LC cu (W := W) (c := fun=> c)) => // z.
by rewrite multiple_of_identityE -(iso z) !mulv_affine effective_affine.
Qed.

(** The loss [sum_i exp u_i]. *)
Definition exponentials (k : nat) (u : vec k) : R := \sum_(i < k) exp (u i).

Lemma exponentials_C2 k (u : vec k) : C2 (@exponentials k) u.
Proof. by apply: C2_sum => i; apply: C2_lift; exact: C2fun_exp. Qed.

Lemma exponentials_hess k (u : vec k) i j : hess (@exponentials k) u i j = kron i j * exp (u j).
Proof.
have g y : partial (@exponentials k) j y = exp (y j).
  rewrite /exponentials partial_sum => [|a]; last by apply: C2_C1; apply: C2_lift; exact: C2fun_exp.
  rewrite -[RHS](sum_kron j (fun a => exp (y a))); apply: eq_sum => a.
  by rewrite partial_lift Derive_exp.
by rewrite /hess (partial_ext _ _ g) partial_lift Derive_exp.
Qed.

Lemma exponentials_metric k (u : vec k) : positive_definite (hess (@exponentials k) u).
Proof.
move=> v v0; have e : form (hess (@exponentials k) u) v v = \sum_(i < k) (v i * (exp (u i) * v i)).
  apply: eq_sum => i; congr (_ * _); rewrite -(sum_kron i (fun j => exp (u j) * v j)); apply: eq_sum => j.
  by rewrite exponentials_hess; ring.
have t0 i : 0 <= v i * (exp (u i) * v i).
  by have := Rmult_le_pos _ _ (Rlt_le _ _ (exp_pos (u i))) (Rle_0_sqr (v i)); rewrite /Rsqr; lra.
rewrite e; have [//|z] : 0 < \sum_(i < k) (v i * (exp (u i) * v i)) \/ 0 = \sum_(i < k) (v i * (exp (u i) * v i)).
  by apply: sum_ge0.
case: v0; apply: functional_extensionality => i; have := sum_eq0 t0 (esym z) i; have := exp_pos (u i) => ep q.
have : v i * v i = 0 by apply: (Rmult_eq_reg_l (exp (u i))); lra.
by case/Rmult_integral.
Qed.

(** The barrier may hold although a subspace is flat: the metric of [exp u_1 + exp u_2] on the plane is flat, its
    Riemann tensor vanishes, and no constant head from R^2 is isotropic everywhere with a factor [c > 0]. *)
Theorem part_general_flat : exists L : vec 2 -> R,
  (forall u, C2 L u) /\ (forall u, positive_definite (hess L u)) /\ ~ curved L
  /\ ~ exists (W : mat 2 2) (c : R), 0 < c /\
         forall z, mulm (tr W) (mulm (hess L (mulv W z)) W) = factor.multiple_of_identity 2 c.
Proof.
exists (@exponentials 2); split; first exact: exponentials_C2.
split; first exact: exponentials_metric.
split.
  move=> [Gamma [chr [u [l [m [i [j [_ _ nz]]]]]]]]; apply: nz.
  have dg v a b r : partial (fun w => hess (@exponentials 2) w a b) r v = kron a b * (kron r b * exp (v b)).
    rewrite (partial_ext (g := fun w => kron a b * exp (w b))); last by move=> w; rewrite exponentials_hess.
    rewrite partialZ ?partial_lift ?Derive_exp //.
    by apply: C2_C1; apply: C2_lift; exact: C2fun_exp.
  (* the Christoffel symbols are 1/2 at equal indices and 0 elsewhere *)
  have G v a b r : Gamma v a b r = / 2 * (kron a b * kron a r).
    have [_] := chr v a b r; rewrite !dg.
    rewrite (eq_sum (G := fun s => kron a s * (exp (v s) * Gamma v s b r))) => [|s]; last first.
      by rewrite exponentials_hess; ring.
    rewrite sum_kron => e; apply: (Rmult_eq_reg_l (exp (v a))); last by have := exp_pos (v a); lra.
    have third : kron b r * (kron a r * exp (v r)) = kron a b * (kron a r * exp (v a)).
      have [<-|ar] := eqVneq a r; first by rewrite (kronC b a).
      have -> : kron a r = 0 by rewrite /kron (negbTE ar).
      by ring.
    by rewrite e third (kronC r a) (kronC b a); field.
  rewrite /riemann.
  have dG a b c r : partial (fun w => Gamma w a b c) r u = 0.
    by rewrite (partial_ext (g := fun=> / 2 * (kron a b * kron a c))) ?partial_const.
  rewrite !dG Rminus_0_r Rplus_0_l -[RHS](sum0 2); apply: eq_sum => p; rewrite !G.
  have K (a b : 'I_2) : kron a b * kron a b = kron a b by rewrite /kron; case: ifP => _; ring.
  rewrite /kron; have [->|lp] := eqVneq l p; last by ring.
  by ring.
rewrite part_square; last exact: exponentials_C2.
move=> [P [b [a [_ E]]]].
pose e (t : R) : vec 2 := scalev t (kron ord0).
have LE t : exponentials (e t) = t * t * (form P (kron ord0) (kron ord0) / 2) + t * dot b (kron ord0) + a.
  by rewrite E /e /form mulvZ dotZl !dotZr; field.
have V t : exponentials (e t) = exp t + 1.
  by rewrite /exponentials !big_ord_recl big_ord0 Rplus_0_r /e /scalev /kron /= Rmult_1_r Rmult_0_r exp_0.
have x1 := exp_increasing 0 1 Rlt_0_1; rewrite exp_0 in x1.
have e2 : exp 2 = exp 1 * exp 1 by rewrite -exp_plus; congr exp; lra.
have e3 : exp 3 = exp 1 * exp 1 * exp 1 by rewrite -!exp_plus; congr exp; lra.
move: (LE 0) (LE 1) (LE 2) (LE 3); rewrite !V e2 e3 exp_0; move: (exp 1) x1 => x x1 h0 h1 h2 h3.
have : 0 < (x - 1) * (x - 1) * (x - 1) by apply: Rmult_lt_0_compat; [apply: Rmult_lt_0_compat |]; lra.
lra.
Qed.
