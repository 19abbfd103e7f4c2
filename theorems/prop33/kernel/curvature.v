(** The curvature of a Hessian metric. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets conditions chain pullback smooth symmetry whitening.
From Geometry.prop33 Require Import factor isotropic square refuted_barrier readings general.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The third derivative [L_ijm] of [L]: the derivative by coordinate [i] of the entry [(j, m)] of its Hessian. *)
Definition third (k : nat) (L : vec k -> R) (u : vec k) (i j m : 'I_k) : R := partial (fun w => hess L w j m) i u.

(** The Riemann tensor with its first index lowered: [R_ijkl = sum_p g_ip R^p_jkl]. *)
Definition lowered (k : nat) (g : vec k -> mat k k) (Gamma : vec k -> 'I_k -> 'I_k -> 'I_k -> R)
    (u : vec k) (i j l m : 'I_k) : R := \sum_(p < k) (g u i p * riemann Gamma u p j l m).

Section Curvature.
Variables (n : nat) (L : vec n -> R) (Gamma : vec n -> 'I_n -> 'I_n -> 'I_n -> R) (u : vec n) (ginv : mat n n).
Hypothesis LC : forall w, C2 L w.
Hypothesis L4 : forall w i j, C2 (fun y => hess L y i j) w.
Hypothesis chr : christoffel (hess L) Gamma.
Hypothesis Gex : forall p i j q, ex_partial (fun w => Gamma w p i j) q u.
Hypothesis inverse : forall v, mulv ginv (mulv (hess L u) v) = v.

Lemma third_sym1 w i j m : third L w i j m = third L w j i m.
Proof.
have C : C2 (partial L m) w by split; [case: (LC w) | move=> a; apply: C2_C1; exact: (L4 w a m)].
exact: (hess_sym i j C).
Qed.

Lemma third_sym2 w i j m : third L w i j m = third L w i m j.
Proof. by apply: partial_ext => y; exact: hess_sym. Qed.

Lemma christoffel_third w s j m : \sum_(p < n) (hess L w s p * Gamma w p j m) = / 2 * third L w s j m.
Proof.
have [_ ->] := chr w s j m; rewrite -!/(third L w _ _ _).
by rewrite (third_sym2 w j m s) (third_sym1 w j s m) (third_sym2 w m j s) (third_sym1 w m s j) (third_sym2 w s m j); field.
Qed.

(** The derivative of the defining equation of the Christoffel symbols. *)
Lemma christoffel_derivative i s j m :
  \sum_(p < n) (third L u i s p * Gamma u p j m) + \sum_(p < n) (hess L u s p * partial (fun w => Gamma w p j m) i u)
  = / 2 * partial (fun w => third L w j s m) i u.
Proof.
rewrite -sumD.
have D : is_derive (fun t => \sum_(p < n) (hess L (upd u i t) s p * Gamma (upd u i t) p j m)) (u i)
    (\sum_(p < n) (third L u i s p * Gamma u p j m + hess L u s p * partial (fun w => Gamma w p j m) i u)).
  apply: is_derive_sum => p.
  have D1 := is_derive_partial (C1_ex i (C2_C1 (L4 u s p))).
  have := is_derive_mult _ _ _ _ _ D1 (is_derive_partial (Gex p j m i)) Rmult_comm.
  by rewrite /plus /mult /= !upd_same.
rewrite -(is_derive_unique _ _ _ D).
rewrite (Derive_ext _ (fun t => / 2 * third L (upd u i t) j s m)) => [|t]; last first.
  by rewrite christoffel_third third_sym1.
exact: Derive_scal.
Qed.

Lemma fourth_sym i j s m : partial (fun w => third L w j s m) i u = partial (fun w => third L w i s m) j u.
Proof. exact: (hess_sym i j (L4 u s m)). Qed.

Lemma christoffel_solved p j m : Gamma u p j m = / 2 * \sum_(q < n) (ginv p q * third L u q j m).
Proof.
have e := congr1 (fun v => v p) (inverse (fun r => Gamma u r j m)); rewrite -[LHS]e /mulv mulr_sum.
by apply: eq_sum => q; rewrite christoffel_third; ring.
Qed.

Lemma curvature_formula i j l m : lowered (hess L) Gamma u i j l m =
  / 4 * \sum_(p < n) \sum_(q < n) (ginv p q * (third L u i m p * third L u j l q - third L u i l p * third L u j m q)).
Proof.
have lower a b c : \sum_(p < n) \sum_(r < n) (hess L u i p * (Gamma u p a r * Gamma u r b c)) =
    / 2 * \sum_(r < n) (third L u i a r * Gamma u r b c).
  rewrite exchange_sum mulr_sum; apply: eq_sum => r.
  rewrite (eq_sum (G := fun p => (hess L u i p * Gamma u p a r) * Gamma u r b c)) => [|p]; last by ring.
  by rewrite -mull_sum christoffel_third; ring.
have split : lowered (hess L) Gamma u i j l m =
    \sum_(p < n) (hess L u i p * partial (fun w => Gamma w p m j) l u)
    - \sum_(p < n) (hess L u i p * partial (fun w => Gamma w p l j) m u)
    + (\sum_(p < n) \sum_(r < n) (hess L u i p * (Gamma u p l r * Gamma u r m j))
       - \sum_(p < n) \sum_(r < n) (hess L u i p * (Gamma u p m r * Gamma u r l j))).
  rewrite -!sumB -sumD; apply: eq_sum => p; rewrite /riemann.
  rewrite Rmult_plus_distr_l mulr_sum; congr (_ + _); first by ring.
  by rewrite -?sumB; apply: eq_sum => r; ring.
have d1 := christoffel_derivative l i m j; have d2 := christoffel_derivative m i l j.
rewrite fourth_sym in d1.
have final : lowered (hess L) Gamma u i j l m =
    / 2 * (\sum_(p < n) (third L u i m p * Gamma u p l j)) - / 2 * (\sum_(p < n) (third L u i l p * Gamma u p m j)).
  rewrite split !lower.
  have t1 : \sum_(p < n) (third L u l i p * Gamma u p m j) = \sum_(p < n) (third L u i l p * Gamma u p m j).
    by apply: eq_sum => p; rewrite third_sym1.
  have t2 : \sum_(p < n) (third L u m i p * Gamma u p l j) = \sum_(p < n) (third L u i m p * Gamma u p l j).
    by apply: eq_sum => p; rewrite third_sym1.
  by rewrite t1 in d1; rewrite t2 in d2; lra.
rewrite final; transitivity (\sum_(p < n) (/ 2 * (third L u i m p * Gamma u p l j) - / 2 * (third L u i l p * Gamma u p m j))).
  by rewrite sumB -!mulr_sum.
rewrite [RHS]mulr_sum; apply: eq_sum => p; rewrite !christoffel_solved.
have -> : \sum_(q < n) (ginv p q * (third L u i m p * third L u j l q - third L u i l p * third L u j m q)) =
    third L u i m p * (\sum_(q < n) (ginv p q * third L u q l j)) - third L u i l p * (\sum_(q < n) (ginv p q * third L u q m j)).
  rewrite !mulr_sum -sumB; apply: eq_sum => q.
  by rewrite (third_sym2 u q l j) (third_sym1 u q j l) (third_sym2 u j q l) (third_sym2 u q m j) (third_sym1 u q j m) (third_sym2 u j q m); ring.
by field.
Qed.
End Curvature.

(** Let [L] be C^2 with second derivatives of class C^2 (so it is C^4), [g = hess L], [Gamma] its Christoffel
    symbols, differentiable at [u], and [ginv] the inverse of [g] at [u].  With the third derivatives [L_ijm]
    of [L], [R_ijlm = 1/4 sum_pq g^pq (L_imp L_jlq - L_ilp L_jmq)]. *)
Theorem part_curvature (n : nat) (L : vec n -> R) (Gamma : vec n -> 'I_n -> 'I_n -> 'I_n -> R) (u : vec n)
    (ginv : mat n n) :
  (forall w, C2 L w) -> (forall w i j, C2 (fun y => hess L y i j) w) ->
  christoffel (hess L) Gamma -> (forall p i j q, ex_partial (fun w => Gamma w p i j) q u) ->
  (forall v, mulv ginv (mulv (hess L u) v) = v) ->
  forall i j l m, lowered (hess L) Gamma u i j l m =
    / 4 * \sum_(p < n) \sum_(q < n)
      (ginv p q * (third L u i m p * third L u j l q - third L u i l p * third L u j m q)).
Proof. by move=> LC L4 chr Gex inv i j l m; exact: curvature_formula. Qed.

(** A metric with constant coefficients is flat. *)
Theorem part_curvature_constant (k : nat) (L : vec k -> R) (P : mat k k) : (forall u, hess L u = P) ->
  (forall u, positive_definite (hess L u)) -> ~ curved L.
Proof. exact: constant_flat. Qed.

(** Non-zero curvature is not sufficient for the barrier: some curved loss on R^3 has a constant head from R^2 that is
    isotropic everywhere. *)
Theorem part_curvature_not_sufficient : exists (L : vec 3 -> R) (W : mat 3 2),
  (forall u, C2 L u) /\ (forall u, positive_definite (hess L u)) /\ curved L
  /\ forall z, effective L (mulv W) z = @refuted_barrier.multiple_of_identity 2 1.
Proof. by have [c2 pd cv E] := barrier_counterexample; exists ripple, inclusion. Qed.

(** Nor is it necessary: the metric of [exp u_1 + exp u_2] is flat, and no constant head from R^2 is isotropic
    everywhere with a factor [c > 0]. *)
Theorem part_curvature_not_necessary : exists L : vec 2 -> R,
  (forall u, C2 L u) /\ (forall u, positive_definite (hess L u)) /\ ~ curved L
  /\ ~ exists (W : mat 2 2) (c : R), 0 < c /\
         forall z, mulm (tr W) (mulm (hess L (mulv W z)) W) = factor.multiple_of_identity 2 c.
Proof. exact: part_general_flat. Qed.

(** The hypotheses of the formula are met, with third derivatives that do not vanish, by [exp u_1 + exp u_2]. *)
Lemma part_curvature_met (u : vec 2) : exists (L : vec 2 -> R) (Gamma : vec 2 -> 'I_2 -> 'I_2 -> 'I_2 -> R) (ginv : mat 2 2),
  (forall w, C2 L w) /\ (forall w i j, C2 (fun y => hess L y i j) w)
  /\ christoffel (hess L) Gamma /\ (forall p i j q, ex_partial (fun w => Gamma w p i j) q u)
  /\ (forall v, mulv ginv (mulv (hess L u) v) = v) /\ third L u ord0 ord0 ord0 <> 0.
Proof.
exists (@exponentials 2), (fun _ a b r => / 2 * (kron a b * kron a r)), (fun i j => kron i j * exp (- u j)).
have entry w i j : C2 (fun y => hess (@exponentials 2) y i j) w.
  apply: (C2_ext_near (f := fun y => kron i j * exp (y j))).
    by apply: filter_forall => y; rewrite exponentials_hess.
  by apply: C2_scal; apply: C2_lift; exact: elementary.C2fun_exp.
have dg v a b r : third (@exponentials 2) v r a b = kron a b * (kron r b * exp (v b)).
  rewrite /third (partial_ext (g := fun w => kron a b * exp (w b))); last by move=> w; rewrite exponentials_hess.
  rewrite partialZ ?partial_lift ?elementary.Derive_exp //.
  by apply: C2_C1; apply: C2_lift; exact: elementary.C2fun_exp.
split; first exact: exponentials_C2.
split=> //; split.
  move=> w a b r; split; first by apply: C1_ex; apply: C2_C1; exact: entry.
  rewrite -!/(third (@exponentials 2) w _ _ _) !dg.
  rewrite (eq_sum (G := fun s => kron a s * (exp (w s) * (/ 2 * (kron s b * kron s r))))) => [|s]; last first.
    by rewrite exponentials_hess; ring.
  rewrite sum_kron.
  have three : kron b r * (kron a r * exp (w r)) = kron a b * (kron a r * exp (w a)).
    have [<-|ar] := eqVneq a r; first by rewrite (kronC b a).
    have -> : kron a r = 0 by rewrite /kron (negbTE ar).
    by ring.
  by rewrite three (kronC r a) (kronC b a); field.
split; first by move=> p i j q; apply: C1_ex; exact: C1_const.
split.
  move=> v; apply: functional_extensionality => i; rewrite /mulv.
  rewrite (eq_sum (G := fun j => kron i j * (exp (- u j) * (exp (u j) * v j)))) ?sum_kron => [|j].
    by rewrite -Rmult_assoc -exp_plus Rplus_opp_l exp_0; ring.
  rewrite (eq_sum (G := fun l => kron j l * (exp (u l) * v l))) ?sum_kron; first by ring.
  by move=> l; rewrite exponentials_hess; ring.
by rewrite dg /kron eqxx; have := exp_pos (u ord0); lra.
Qed.
