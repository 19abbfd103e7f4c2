(** * The parts about heads at a state, said of the Hessian of L o h *)
From Coq Require Import Reals Lra.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import Rstruct.
From mathcomp.algebra_tactics Require Import ring.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import forms semidefinite inertia norms subspaces matrices.
From Geometry Require Import jets pullback smooth.
From Geometry Require conditions.
From Geometry.thm41 Require Import heads direction symmetry inertia_bound critical threshold real_heads.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** The Jacobian of [h] at [z]. *)
Definition jacobian_of k d (h : vec d -> vec k) (z : vec d) : 'M[R]_(k, d) := mx (jac h z).

(** The pullback [G = J^T (hess L) J] and the interaction term [M = sum_i rho_i hess h_i] of [L o h] at [z]. *)
Definition pullback_of k d (L : vec k -> R) (h : vec d -> vec k) (z : vec d) : 'M[R]_d := mx (gauss_newton L h z).
Definition interaction_of k d (L : vec k -> R) (h : vec d -> vec k) (z : vec d) : 'M[R]_d :=
  mx (pullback.interaction L h z).

(** [K = ker (hess L J)]. *)
Definition kernel_of k d (L : vec k -> R) (h : vec d -> vec k) (z : vec d) : 'M[R]_d :=
  ker (loss_hessian L (h z) *m jacobian_of h z).

Lemma pullbackE k d (L : vec k -> R) (h : vec d -> vec k) z :
  pullback_of L h z = (jacobian_of h z)^T *m loss_hessian L (h z) *m jacobian_of h z.
Proof. by rewrite /pullback_of /gauss_newton !mx_mulm mx_tr mulmxA. Qed.

(** H_eff = G + M. *)
Lemma hessian_split k d (L : vec k -> R) (h : vec d -> vec k) z : C2map h z -> C2 L (h z) ->
  hessian L h z = pullback_of L h z + interaction_of L h z.
Proof.
move=> hC LC; rewrite -mx_addm /hessian -(effective_split hC LC).
by [].
Qed.

Lemma sym_loss k (L : vec k -> R) u : C2 L u -> sym (loss_hessian L u).
Proof. exact: sym_hess. Qed.

Lemma sym_hessian k d (L : vec k -> R) (h : vec d -> vec k) z : C2map h z -> C2 L (h z) -> sym (hessian L h z).
Proof. by move=> hC LC; apply: sym_hess; apply: C2_comp. Qed.

(** With an affine head, hess L >= 0 at h(z) makes H_eff >= 0, the Hessian of L o h at z. *)
Theorem reading_1_psd_premise_hessian k d (L : vec k -> R) (W : mat k d) (b : vec k) (z : vec d) :
  C2 L (smooth.affine W b z) -> psd (loss_hessian L (smooth.affine W b z)) -> psd (hessian L (smooth.affine W b) z).
Proof. by move=> LC pH; rewrite [hessian _ _ _]effective_affine_mx //; apply: psd_pull. Qed.

(** If v in ker (hess L J) has v^T M v < 0, then lambda_min(H_eff) < 0: for C^2 maps [L] and [h], where H_eff is the Hessian of L o h. *)
Theorem part_direction_hessian k d (L : vec k -> R) (h : vec d -> vec k) (z : vec d) :
  C2map h z -> C2 L (h z) ->
  (exists2 v : 'rV_d, (v <= kernel_of L h z)%MS & quad (interaction_of L h z) v < 0) ->
  unstable (hessian L h z).
Proof. by move=> hC LC /part_direction; rewrite -pullbackE -hessian_split. Qed.

(** Behind a head with a smooth activation [s]: if v in ker (hess L J) has v^T M v < 0, then the least eigenvalue lambda_min(H_eff) is negative. *)
Theorem reading_2_direction_hessian k d (s : R -> R) (N : real_layers k d) (L : vec k -> R) (z : vec d) (lambda : R) :
  let h := real_head s N in
  C2fun s -> C2 L (h z) ->
  (exists2 v : 'rV_d, (v <= kernel_of L h z)%MS & quad (interaction_of L h z) v < 0) ->
  lambda_min_is (hessian L h z) lambda -> lambda < 0.
Proof.
move=> h sC LC neg /unstableP <-; apply: part_direction_hessian => //.
exact: real_head_C2.
Qed.

Section Heads.
Variable s : R -> R.
Hypothesis sC : C2fun s.
Let s1 := Derive s.
Let s2 := Derive s1.

Lemma interaction_real k d (N : real_layers k d) (L : vec k -> R) (z : vec d) :
  interaction_of L (real_head s N) z =
  interaction s s1 s2 N (loss_gradient L (real_head s N z)) (row_of z).
Proof.
set rho := grad L (real_head s N z).
have hC := real_head_C2 sC N z; have LC : C2 (vectors.dot rho) (real_head s N z) := C2_dot _ _.
have H0 : loss_hessian (vectors.dot rho) (real_head s N z) = 0.
  by apply/matrixP => i j; rewrite !mxE hess_dot.
have := hessian_real sC LC; rewrite (hessian_split hC LC) pullbackE H0 mulmx0 mul0mx add0r.
rewrite /effective /pullback mulmx0 mul0mx add0r /loss_gradient grad_dot => <-.
by rewrite /interaction_of /pullback.interaction grad_dot.
Qed.

Lemma pullback_real k d (N : real_layers k d) (L : vec k -> R) (z : vec d) :
  pullback_of L (real_head s N) z = pullback s s1 N (loss_hessian L (real_head s N z)) (row_of z).
Proof. by rewrite pullbackE /jacobian_of jacobian_real. Qed.

(** For a C^2 loss (its Hessian may have any signs) and any depth, with D the diagonal matrix of all delta_j s''(a_j) and m_tot hidden units in all: n_-(H_eff) >= n_-(D) - n_+(hess L) - (m_tot - rank W_1), where H_eff is the Hessian of L o h. *)
Theorem part_inertia_hessian d k m (W1 : 'M[R]_(m, d)) (b1 : 'rV_m) (rest : real_layers k m) (L : vec k -> R) (z : vec d) :
  let N := Layer W1 b1 rest in
  let h := real_head s N in
  let D := gains s s1 s2 N (loss_gradient L (h z)) (row_of z) in
  C2 L (h z) ->
  (n_minus D - n_plus (loss_hessian L (h z)) - (units N - \rank W1) <= n_minus (hessian L h z))%N.
Proof. by move=> N h D LC; rewrite (hessian_real sC LC); apply: part_inertia; apply: sym_loss. Qed.

(** If the widths do not increase, d >= m_1 >= .. >= m_(N-1), all of W_1, .., W_(N-1) have full rank and s' != 0, then at a critical z every delta_l = 0, so that M = 0 and H_eff = G. *)
Theorem part_critical_hessian d k (N : real_layers k d) (L : vec k -> R) (z : vec d) :
  let h := real_head s N in
  C2 L (h z) -> tapering N -> (forall a, Derive s a <> 0) -> conditions.critical L h z ->
  [/\ deltas s s1 N (loss_gradient L (h z)) (row_of z) = 0, interaction_of L h z = 0 & hessian L h z = pullback_of L h z].
Proof.
move=> h LC tN s0 crit; have cr : loss_gradient L (h z) *m jacobian s s1 N (row_of z) = 0.
  rewrite -jacobian_real // -[mx _]trmxK -mx_tr -row_mulv -/h crit.
  by apply/rowP => i; rewrite !mxE.
have s0' a : s1 a != 0 by apply/eqP; exact: s0.
have [e1 e2 e3] := part_critical s2 (loss_hessian L (h z)) tN s0' cr.
by rewrite interaction_real pullback_real hessian_real.
Qed.

(** W_N -> - W_N, with b_N readjusted to keep h(z), keeps rho and hess L (functions of h(z)), G, K = ker (hess L J) and criticality, and turns M into - M; here G, J and M are those of L o h at z. *)
Theorem part_symmetry_hessian k d (N : real_layers k d) (L : vec k -> R) (z : vec d) :
  let h := real_head s N in
  let h' := real_head s (flip s N (row_of z)) in
  [/\ h' z = h z, pullback_of L h' z = pullback_of L h z,
      (kernel_of L h' z :=: kernel_of L h z)%MS,
      conditions.critical L h' z <-> conditions.critical L h z &
      interaction_of L h' z = - interaction_of L h z].
Proof.
move=> h h'; have [e1 e2 e3 e4 e5] := part_symmetry s s1 s2 N (row_of z).
have hz : h' z = h z by apply: row_of_inj; rewrite !row_head.
have cr (N0 : real_layers k d) : conditions.critical L (real_head s N0) z <->
    loss_gradient L (real_head s N0 z) *m jacobian s s1 N0 (row_of z) = 0.
  rewrite -jacobian_real // -[mx _]trmxK -mx_tr -row_mulv; split=> [->|e].
    by apply/rowP => i; rewrite !mxE.
  apply: row_of_inj; rewrite [LHS]e; by apply/rowP => i; rewrite !mxE.
split=> //.
- by rewrite !pullback_real -/h -/h' hz.
- by rewrite /kernel_of /jacobian_of !jacobian_real // hz; exact: e3.
- by rewrite !cr -/h -/h' hz; exact: e4.
- by rewrite !interaction_real -/h -/h' hz.
Qed.

(** So one of the two is unstable where M is not zero on K as a form, and both are where it is zero on K and M K is not {0}. *)
Theorem part_symmetry_pair_hessian k d (N : real_layers k d) (L : vec k -> R) (z : vec d) :
  let h := real_head s N in
  let h' := real_head s (flip s N (row_of z)) in
  let K := kernel_of L h z in
  let M := interaction_of L h z in
  C2 L (h z) ->
  ((exists2 v : 'rV_d, (v <= K)%MS & quad M v != 0) -> unstable (hessian L h z) \/ unstable (hessian L h' z)) /\
  ((forall v : 'rV_d, (v <= K)%MS -> quad M v = 0) -> (exists2 v : 'rV_d, (v <= K)%MS & v *m M != 0) ->
     unstable (hessian L h z) /\ unstable (hessian L h' z)).
Proof.
move=> h h' K M LC; have [hz _ _ _ _] := part_symmetry_hessian N L z; rewrite -/h -/h' in hz.
have LC' : C2 L (h' z) by rewrite hz.
rewrite (hessian_real sC LC) (hessian_real sC LC') -/h -/h' hz.
rewrite /K /M /kernel_of /jacobian_of jacobian_real // interaction_real.
by have := part_symmetry_pair s s1 s2 N (row_of z) (loss_gradient L (h z)) (sym_loss LC).
Qed.

Section TwoLayers.
Variables (d m k : nat) (W1 : 'M[R]_(m, d)) (b1 : 'rV[R]_m) (W2 : 'M[R]_(k, m)) (b2 : 'rV[R]_k).
Variables (L : vec k -> R) (z : vec d).

(** The head of two layers, its preactivations a at z, and delta = W_2^T rho. *)
Let h := real_head s (Layer W1 b1 (Last W2 b2)).
Let a : 'rV[R]_m := affine W1 b1 (row_of z).
Let H := loss_hessian L (h z).
Let rho := loss_gradient L (h z).
Let delta : 'rV[R]_m := rho *m W2.

(** Two layers, hess L > 0: |rho| <= lambda_min(hess L) sigma_min(W_2)^2 min_j s'(a_j)^2 / max_j |s''(a_j)| |W_2 e_j| makes H_eff >= 0. The numbers: r = |rho|, and c_j = |W_2 e_j|; [lambda], [sigma] and [mu] are lower bounds of the least values, [beta] is an upper bound of the largest one (so they may be these values themselves). *)
Theorem part_threshold_hessian (lambda sigma mu beta r : R) (c : 'I_m -> R) :
  C2 L (h z) ->
  pd H -> 0 < lambda -> lambda_ge H lambda ->
  (forall u : 'rV_m, sigma ^+ 2 * sqn u <= sqn (u *m W2^T)) ->
  0 <= mu -> (forall j, mu <= s1 (a 0 j) ^+ 2) ->
  (forall j, 0 <= c j /\ c j ^+ 2 = sqn (row j W2^T)) ->
  0 < beta -> (forall j, `|s2 (a 0 j)| * c j <= beta) ->
  0 <= r -> r ^+ 2 = sqn rho ->
  r <= lambda * sigma ^+ 2 * mu / beta ->
  psd (hessian L h z).
Proof.
move=> LC pH l0 lH sW mu0 smu cW b0 sb r0 rr rle; rewrite (hessian_real sC LC).
exact: (part_threshold s b2 pH l0 lH sW mu0 smu cW b0 sb r0 rr rle).
Qed.

(** If W_1 has full row rank and s'(a_j) != 0, then H_eff >= 0 if and only if W_2^T (hess L) W_2 + diag(delta_j s''(a_j) / s'(a_j)^2) >= 0. *)
Theorem part_threshold_exact_hessian :
  C2 L (h z) -> row_free W1 -> (forall j, s1 (a 0 j) != 0) ->
  (psd (hessian L h z) <->
   psd (W2^T *m H *m W2 + diag_mx (\row_j (delta 0 j * s2 (a 0 j) / s1 (a 0 j) ^+ 2)))).
Proof.
move=> LC fW s0; rewrite (hessian_real sC LC).
by apply: part_threshold_exact => //; exact: sym_loss.
Qed.

End TwoLayers.
End Heads.
