(** Theorem 3.1: the readings [affine-rank] and [stays-fixed] are refuted; those that hold. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import Rstruct.
From mathcomp Require Import zify.
From Geometry Require Import forms semidefinite diagonal inertia sylvester roots matrices.
From Geometry Require Import jets pullback smooth quadratic_losses.
From Geometry.thm31 Require Import whitening strictly_linear kept parts.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Local Notation form := forms.form.
Local Notation dot := forms.dot.

(** The head z -> W z + b has the value u_0 at z and whitens S, of which the columns of Q
    are an orthonormal basis: Q^T H_eff(z) Q = I. *)
Definition whitens_at k d s (L : vec k -> R) (W : mat k d) (b : vec k) (z : vec d) (u0 : vec k)
    (Q : 'M[R]_(d, s)) : Prop :=
  affine W b z = u0 /\ Q^T *m mx (effective L (affine W b) z) *m Q = 1%:M.

(** Reading [affine-positive] holds: where hess L(u_0) has dim S positive eigenvalues, some
    h = W z + b with h(z) = u_0 whitens S at z. *)
Theorem reading_affine_positive k d s (L : vec k -> R) (u0 : vec k) (z : vec d)
    (Q : 'M[R]_(d, s)) : C2 L u0 -> Q^T *m Q = 1%:M -> (s <= n_plus (mx (hess L u0)))%N ->
  exists W b, whitens_at L W b z u0 Q.
Proof. by move=> LC Q1 h; apply/(part_affine z LC Q1). Qed.

(** Reading [affine-psd] holds: with hess L(u_0) positive semidefinite of rank r, u_0 = h_0(z),
    for every S of dimension r some h = W z + b with h(z) = u_0 whitens S at z. *)
Theorem reading_affine_psd k d (L : vec k -> R) (u0 : vec k) (z : vec d)
    (Q : 'M[R]_(d, \rank (mx (hess L u0)))) : C2 L u0 -> Q^T *m Q = 1%:M ->
  psd (mx (hess L u0)) -> exists W b, whitens_at L W b z u0 Q.
Proof. by move=> LC Q1 pH; apply/(part_affine z LC Q1); rewrite n_plus_psd. Qed.

(** Reading [linear-outside] holds: if z is not in S and hess L(u_0) has dim S positive
    eigenvalues, some h = W z with h(z) = u_0 whitens S at z. *)
Theorem reading_linear_outside k d s (L : vec k -> R) (u0 : vec k) (z : vec d)
    (Q : 'M[R]_(d, s)) : C2 L u0 -> Q^T *m Q = 1%:M -> ~~ (row_of z <= Q^T)%MS ->
  (s <= n_plus (mx (hess L u0)))%N -> exists W, whitens_at L W vectors.zerov z u0 Q.
Proof.
move=> LC Q1 zS /(n_plus_orthonormal _ (sym_hess LC))[B hB].
have [W [Wz WQ]] := outside_head Q1 (row_of u0) B zS.
have e : affine (mat_of W) vectors.zerov z = u0.
  apply: row_of_inj; rewrite row_affine mat_ofK Wz.
  by apply/rowP => i; rewrite !mxE; apply: addr0.
exists (mat_of W); split=> //; rewrite effective_affine_mx e // mat_ofK.
by apply/whitens_rows; rewrite WQ.
Qed.

(** In a space of more than s dimensions, s orthonormal vectors are orthogonal to z. *)
Lemma frame_across d s (z : 'rV[R]_d) : (s < d)%N ->
  exists Q : 'M[R]_(d, s), Q^T *m Q = 1%:M /\ z *m Q = 0.
Proof.
move=> sd; have I1 : (1%:M : 'M[R]_s)^T *m 1%:M = 1%:M by rewrite trmx1 mulmx1.
have [|Q [hQ zQ]] := (kept_iff I1 z (psd1 _ d)).2; last first.
  by exists Q; split=> //; move: hQ; rewrite /whitens trmx1 mul1mx !mulmx1.
by rewrite mxrank1 submx1 muln1; case: (z != 0) => /=; lia.
Qed.

(** Reading [linear-smaller] holds: with hess L(u_0) positive semidefinite of rank r < d, u_0 = W_0 z = h_0(z),
    for some S of dimension r some h = W z with h(z) = u_0 whitens S at z. *)
Theorem reading_linear_smaller k d (L : vec k -> R) (W0 : mat k d) (z : vec d) :
  let u0 := affine W0 vectors.zerov z in
  C2 L u0 -> psd (mx (hess L u0)) -> (\rank (mx (hess L u0)) < d)%N ->
  exists Q : 'M[R]_(d, \rank (mx (hess L u0))), Q^T *m Q = 1%:M /\
    exists W, whitens_at L W vectors.zerov z u0 Q.
Proof.
move=> u0 LC pH rd; have [Q [Q1 zQ]] := frame_across (row_of z) rd; exists Q; split=> //.
have [B hB] : exists B, B *m mx (hess L u0) *m B^T = 1%:M :> 'M[R]_(\rank (mx (hess L u0))).
  by apply/(n_plus_orthonormal _ (sym_hess LC)); rewrite n_plus_psd.
pose W := mat_of (B^T *m Q^T + mx W0 *m (1%:M - Q *m Q^T)).
have e : affine W vectors.zerov z = u0.
  apply: row_of_inj; rewrite !row_affine mat_ofK; congr (_ + _).
  rewrite linearD /= !trmx_mul !trmxK mulmxDr mulmxA zQ mul0mx add0r.
  by rewrite linearB /= trmx1 trmx_mul trmxK mulmxA mulmxBr mulmx1 mulmxA zQ mul0mx subr0.
exists W; split=> //; rewrite effective_affine_mx e // mat_ofK; apply/whitens_rows.
suff -> : Q^T *m (B^T *m Q^T + mx W0 *m (1%:M - Q *m Q^T))^T = B by [].
rewrite linearD /= !trmx_mul !trmxK mulmxDr mulmxA Q1 mul1mx linearB /= trmx1 trmx_mul trmxK.
by rewrite mulmxA mulmxBr mulmx1 mulmxA Q1 mul1mx subrr mul0mx addr0.
Qed.

(** Reading [stays-fixed-full] holds: with hess L(u_0) positive semidefinite of rank r, u_0 = h_0(z), and W_0 of
    rank k, for every S of dimension r some h = W z + b with h(z) = u_0 whitens S at z and leaves z a critical
    point of L o h, if it is one of L o h_0. *)
Theorem reading_stays_fixed_full k d (L : vec k -> R) (W0 : mat k d) (b0 : vec k) (z : vec d) :
  let u0 := affine W0 b0 z in
  forall Q : 'M[R]_(d, \rank (mx (hess L u0))), C2 L u0 -> Q^T *m Q = 1%:M ->
  psd (mx (hess L u0)) -> critical L (affine W0 b0) z -> \rank (mx W0) = k ->
  exists W b, whitens_at L W b z u0 Q /\ critical L (affine W b) z.
Proof.
move=> u0 Q LC Q1 pH /(critical_affine LC) cW0 fW0.
have r0 : row_of (grad L u0) = 0.
  by apply: (row_free_inj (A := mx W0)); rewrite ?mul0mx // /row_free fW0.
have [h _] := part_fixed_point z LC Q1 pH.
by have [|_ [//|W [b [Wz hW cW]]]] := h; [left | exists W, b].
Qed.

(** diag(1, -1). *)
Definition saddle2 : 'M[R]_2 := diag_mx (\row_i (if i == 0 then 1 else - 1)).

Lemma saddle2_sym : sym saddle2. Proof. exact: sym_diag. Qed.

Lemma saddle2_rank : \rank saddle2 = 2%N.
Proof.
apply: mxrank_unit; suff /mulmx1_unit[] : saddle2 *m saddle2 = 1%:M by [].
rewrite mul_diag_mx; apply/matrixP => i j; rewrite !mxE.
have [->|ij] := eqVneq i j; last by rewrite mulr0n mulr0.
by rewrite !mulr1n; case: ifP; rewrite ?mulr1 ?mulrNN ?mulr1.
Qed.

Lemma saddle2_n_plus : (n_plus saddle2 < 2)%N.
Proof.
have := n_plus_minus_le saddle2; suff : (0 < n_minus saddle2)%N by lia.
have q : quad saddle2 (delta_mx 0 1) = - 1.
  by rewrite /quad /form -rowE trmx_delta -colE !mxE.
have r : \rank (delta_mx 0 1 : 'rV[R]_2) = 1%N.
  by rewrite mxrank_delta.
have h : (\rank (delta_mx ord0 1%R : 'rV[R]_2) <= n_minus saddle2)%N; last by rewrite r in h.
apply: negative_leq => x /submxP[c ->].
rewrite [c]mx11_scalar mul_scalar_mx => c0; rewrite quadZ q mulrN1 oppr_lt0.
rewrite lt_neqAle sqr_ge0 andbT eq_sym sqrf_eq0.
by apply: contraNneq c0 => ->; rewrite scale0r.
Qed.

(** Reading [affine-rank] is refuted: L(u) = (u_1^2 - u_2^2) / 2, h_0(z) = z and z = 0. L is C^2,
    z is a critical point of L o h_0, the rank of hess L(h_0(z)) is 2 <= k, d, and no
    h = W z + b with h(z) = h_0(z) whitens any S of that dimension. *)
Theorem refuted_affine_rank : exists (L : vec 2 -> R) (W0 : mat 2 2) (b0 : vec 2) (z : vec 2),
  [/\ forall u, C2 L u, critical L (affine W0 b0) z,
      \rank (mx (hess L (affine W0 b0 z))) = 2%N &
      forall Q : 'M[R]_(2, 2), Q^T *m Q = 1%:M ->
        ~ exists W b, whitens_at L W b z (affine W0 b0 z) Q].
Proof.
pose L := quadratic_loss saddle2 0; pose W0 := mat_of (1%:M : 'M[R]_2).
have LC u : C2 L u by apply: C2_quadratic saddle2_sym u.
have z0 : row_of (vectors.zerov : vec 2) = 0 by apply/rowP => i; rewrite !mxE.
exists L, W0, vectors.zerov, vectors.zerov; split=> //.
- apply/critical_affine => //; rewrite (grad_quadratic 0 saddle2_sym) row_affine z0.
  by rewrite mul0mx !addr0 !mul0mx.
- by rewrite (hess_quadratic 0 saddle2_sym) saddle2_rank.
move=> Q Q1 /(part_affine _ (LC _) Q1); rewrite (hess_quadratic 0 saddle2_sym).
by have := saddle2_n_plus; lia.
Qed.

(** Reading [stays-fixed] is refuted: L(u) = u^2 / 2, h_0(z) = 1 and z = 0. L is C^2 with
    hess L = 1 everywhere, z is a critical point of L o h_0, the rank of hess L is
    1 = k = d, and no h = W z + b with h(z) = h_0(z) that whitens S = R leaves z critical. *)
Theorem refuted_stays_fixed : exists (L : vec 1 -> R) (W0 : mat 1 1) (b0 : vec 1) (z : vec 1),
  [/\ forall u, C2 L u /\ pd (mx (hess L u)), critical L (affine W0 b0) z,
      \rank (mx (hess L (affine W0 b0 z))) = 1%N &
      forall Q : 'M[R]_(1, 1), Q^T *m Q = 1%:M ->
        ~ exists W b, whitens_at L W b z (affine W0 b0 z) Q /\ critical L (affine W b) z].
Proof.
have s1 := @sym1 (Num.RealClosedField.realFieldType R_rcfType) 1.
pose L := quadratic_loss (1%:M : 'M[R]_1) 0.
have LC u : C2 L u by apply: C2_quadratic s1 u.
have LH u : mx (hess L u) = 1%:M by apply: hess_quadratic.
pose b0 := vec_of (1%:M : 'rV[R]_1); pose W0 := mat_of (0 : 'M[R]_1).
have z0 : row_of (vectors.zerov : vec 1) = 0 by apply/rowP => i; rewrite !mxE.
have u0 : affine W0 b0 vectors.zerov = b0.
  by apply: row_of_inj; rewrite row_affine z0 mul0mx add0r.
have rho : row_of (grad L b0) = 1%:M by rewrite (grad_quadratic 0 s1) mulmx1 addr0 vec_ofK.
exists L, W0, b0, vectors.zerov; split.
- by move=> u; rewrite LH; split; [|apply: pd1].
- by apply/critical_affine => //; rewrite mat_ofK mulmx0.
- by rewrite LH mxrank1.
move=> Q Q1 [W [b [[Wz hW] cW]]]; rewrite u0 in Wz.
have pH : psd (mx (hess L b0)) by rewrite LH; apply: psd1.
have [_ h] := part_fixed_point vectors.zerov (LC b0) Q1 pH.
rewrite LH rho mxrank1 in h.
have one0 : (1%:M : 'rV[R]_1) <> 0.
  by move=> /matrixP/(_ 0 0); rewrite !mxE => /eqP; rewrite oner_eq0.
have [|k1 _] := h; first by split=> //; apply: submx1.
suff : (1 <= 1 - 1)%N by [].
by apply: k1; exists W, b.
Qed.
