(** Corollary 3.5: diagonal heads, which attain the bounds for positive
    semidefinite loss Hessians. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.algebra_tactics Require Import ring.
From Geometry Require Import forms semidefinite norms roots positivity.
From Geometry.cor35 Require Import threshold.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Diagonal.

Variable F : rcfType.

Lemma quad_diag_delta n (D : 'rV[F]_n) i : quad (diag_mx D) (delta_mx 0 i) = D 0 i.
Proof.
rewrite quad_diag (bigD1 i) //= mxE !eqxx expr1n mulr1 big1 ?addr0 // => j ji.
by rewrite mxE (negPf ji) andbF expr0n mulr0.
Qed.

Lemma delta_neq0 n (i : 'I_n) : (delta_mx 0 i : 'rV[F]_n) != 0.
Proof. by rewrite -sqn_gt0 sqn_delta ltr01. Qed.

Lemma diag_min n (D : 'rV[F]_n) i : (forall j, D 0 i <= D 0 j) ->
  lambda_min_is (diag_mx D) (D 0 i).
Proof.
move=> h; split=> [v|]; last first.
  by exists (delta_mx 0 i); [apply: delta_neq0 | rewrite quad_diag_delta sqn_delta mulr1].
rewrite quad_diag sqnE mulr_sumr; apply: ler_sum => j _.
by apply: ler_wpmul2r; [apply: sqr_ge0 | apply: h].
Qed.

Lemma diag_max n (D : 'rV[F]_n) i : (forall j, D 0 j <= D 0 i) ->
  lambda_max_is (diag_mx D) (D 0 i).
Proof.
move=> h; split=> [v|]; last first.
  by exists (delta_mx 0 i); [apply: delta_neq0 | rewrite quad_diag_delta sqn_delta mulr1].
rewrite quad_diag sqnE mulr_sumr; apply: ler_sum => j _.
by apply: ler_wpmul2r; [apply: sqr_ge0 | apply: h].
Qed.

Lemma sqn_diag n (D v : 'rV[F]_n) : sqn (v *m (diag_mx D)^T) = \sum_i D 0 i ^+ 2 * v 0 i ^+ 2.
Proof.
rewrite tr_diag_mx sqnE; apply: eq_bigr => i _.
by rewrite mul_mx_diag mxE exprMn mulrC.
Qed.

Lemma diag_norm_le n (D : 'rV[F]_n) L : 0 <= L -> (forall j, `|D 0 j| <= L) ->
  norm_le (diag_mx D) L.
Proof.
move=> L0 h; split=> // v; rewrite sqn_diag sqnE mulr_sumr; apply: ler_sum => j _.
apply: ler_wpmul2r; first exact: sqr_ge0.
by rewrite -real_normK ?num_real // ler_pexpn2r ?nnegrE.
Qed.

Lemma diag_norm n (D : 'rV[F]_n) L i : 0 <= L -> (forall j, `|D 0 j| <= L) -> `|D 0 i| = L ->
  norm_is (diag_mx D) L.
Proof.
move=> L0 h Di; apply: (norm_is_attained (v := delta_mx 0 i)); first exact: diag_norm_le.
  exact: delta_neq0.
rewrite sqn_diag (bigD1 i) //= mxE !eqxx expr1n mulr1 big1 => [|j ji].
  by rewrite addr0 sqn_delta mulr1 -Di real_normK ?num_real.
by rewrite mxE (negPf ji) andbF expr0n mulr0.
Qed.

(** The diagonal matrix with the entries a, b, c, c, ... *)
Definition diag3 d (a b c : F) : 'M[F]_d.+2 :=
  diag_mx (\row_i (if i == 0 then a else if i == 1 then b else c)).

Lemma diag3_add d a b c a' b' c' :
  diag3 d a b c + diag3 d a' b' c' = diag3 d (a + a') (b + b') (c + c').
Proof.
apply/matrixP => i j; rewrite !mxE; case: (i == j); last by rewrite !mulr0n addr0.
by rewrite !mulr1n; case: ifP => // _; case: ifP.
Qed.

Lemma diag3_pull d a b c (M : F) : (diag3 d a b c)^T *m M%:M *m diag3 d a b c =
  diag3 d (M * a ^+ 2) (M * b ^+ 2) (M * c ^+ 2).
Proof.
rewrite tr_diag_mx mul_mx_scalar -scalemxAl mul_mx_diag.
apply/matrixP => i j; rewrite !mxE; have [->|ij] := eqVneq i j; last by rewrite !mulr0n mul0r mulr0.
by rewrite !mulr1n -expr2; case: ifP => // _; case: ifP.
Qed.

Lemma diag3_min d a b c : b <= a -> b <= c -> lambda_min_is (diag3 d a b c) b.
Proof.
move=> ba bc; have := @diag_min _ (\row_(i < d.+2) (if i == 0 then a else if i == 1 then b else c)) 1.
by rewrite mxE /=; apply=> j; rewrite mxE; case: ifP => // _; case: ifP.
Qed.

Lemma diag3_max d a b c : b <= a -> c <= a -> lambda_max_is (diag3 d a b c) a.
Proof.
move=> ba ca; have := @diag_max _ (\row_(i < d.+2) (if i == 0 then a else if i == 1 then b else c)) 0.
by rewrite mxE /=; apply=> j; rewrite mxE; case: ifP => // _; case: ifP.
Qed.

Lemma diag3_norm d a b c : 0 <= a -> `|b| <= a -> `|c| <= a -> norm_is (diag3 d a b c) a.
Proof.
move=> a0 ba ca; apply: (diag_norm (i := 0)) => // [j|]; last by rewrite mxE /= ger0_norm.
by rewrite mxE; case: ifP => _; [rewrite ger0_norm | case: ifP].
Qed.

Lemma scalar_norm n (M : F) : 0 <= M -> norm_is (M%:M : 'M[F]_n.+1) M.
Proof.
move=> M0; have h := norm_le_scalar n.+1 M; rewrite ger0_norm // in h.
apply: (norm_is_quad (v := delta_mx 0 0)) => //; first exact: delta_neq0.
by rewrite quad_scalar.
Qed.

Lemma psd_scalar n (M : F) : 0 <= M -> psd (M%:M : 'M[F]_n).
Proof.
move=> M0; split=> [|v]; first exact: sym_scalar.
by rewrite quad_scalar mulr_ge0 ?sqn_ge0.
Qed.

(** The head diag(x, y, x, ...), the loss Hessian M I and the perturbation
    diag(e, -e, 0, ...). *)
Lemma diagonal_instance d (M x y e : F) : 0 < M -> 0 < y -> y <= x -> 0 <= e -> e <= y ->
  let J := diag3 d x y x in let E := diag3 d e (- e) 0 in let H : 'M[F]_d.+2 := M%:M in
  [/\ [/\ psd H, norm_is H M, norm_is J x & norm_is E e],
      lambda_min_is (J^T *m H *m J) (M * y ^+ 2), lambda_max_is (J^T *m H *m J) (M * x ^+ 2),
      lambda_min_is (perturbed J E H) (M * (y - e) ^+ 2) &
      lambda_max_is (perturbed J E H) (M * (x + e) ^+ 2)].
Proof.
move=> M0 y0 yx e0 ey J E H; have x0 : 0 < x by apply: lt_le_trans yx.
have mono a b : 0 <= a -> a <= b -> M * a ^+ 2 <= M * b ^+ 2.
  by move=> a0 ab; rewrite ler_pmul2l // ler_pexpn2r ?nnegrE // (le_trans a0).
have ye : 0 <= y - e by rewrite subr_ge0.
have yex : y - e <= x by apply: le_trans yx; rewrite ler_subl_addr ler_addl.
have xe : x <= x + e by rewrite ler_addl.
rewrite /perturbed diag3_add addr0 !diag3_pull; split.
- split; [exact/psd_scalar/ltW | exact/scalar_norm/ltW | |].
    by apply: diag3_norm; rewrite ?(gtr0_norm y0) ?(gtr0_norm x0) //; apply: ltW.
  by apply: diag3_norm => //; rewrite ?normrN ?normr0 ?ger0_norm.
- by apply: diag3_min; apply: mono => //; apply: ltW.
- by apply: diag3_max; apply: mono => //; apply: ltW.
- by apply: diag3_min; apply: mono => //; apply: le_trans yex xe.
by apply: diag3_max; apply: mono => //; [apply: le_trans yex xe | apply: ltW].
Qed.

End Diagonal.
