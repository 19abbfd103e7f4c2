(** Corollary 3.5: a head in two dimensions, padded to any d and k >= d + 1, that
    attains the sharp threshold. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.algebra_tactics Require Import ring.
From Geometry Require Import forms semidefinite norms roots positivity.
From Geometry.cor35 Require Import threshold.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Padded.

Variable F : rcfType.

(** The row (a, b). *)
Definition row2 (a b : F) : 'rV[F]_2 := \row_i (if i == 0 then a else b).

Lemma sqn_row2 a b : sqn (row2 a b) = a ^+ 2 + b ^+ 2.
Proof. by rewrite sqnE big_ord_recl big_ord1 !mxE. Qed.

Lemma row2D a b a' b' : row2 a b + row2 a' b' = row2 (a + a') (b + b').
Proof. by apply/rowP => i; rewrite !mxE; case: ifP. Qed.

(** The form M (x^2 - y^2) on the plane. *)
Definition saddle (M : F) : 'M[F]_2 := diag_mx (row2 M (- M)).

Lemma quad_saddle M (x : 'rV_2) : quad (saddle M) x = M * (x 0 0 ^+ 2 - x 0 1 ^+ 2).
Proof.
rewrite quad_diag big_ord_recl big_ord1 !mxE /=.
have -> : lift ord0 ord0 = 1 :> 'I_2 by apply: val_inj.
by rewrite mulNr mulrBr.
Qed.

Lemma sqn_2 (x : 'rV[F]_2) : sqn x = x 0 0 ^+ 2 + x 0 1 ^+ 2.
Proof.
rewrite sqnE big_ord_recl big_ord1 /=.
by have -> : lift ord0 ord0 = 1 :> 'I_2 by apply: val_inj.
Qed.

Lemma quad_saddle_le M (x : 'rV_2) : 0 <= M -> `|quad (saddle M) x| <= M * sqn x.
Proof.
move=> M0; rewrite quad_saddle sqn_2 normrM ger0_norm //; apply: ler_wpmul2l => //.
rewrite ler_norml; apply/andP; split.
  by rewrite opprD ler_add2r -subr_ge0 opprK addr_ge0 ?sqr_ge0.
by rewrite ler_add2l -subr_ge0 opprK addr_ge0 ?sqr_ge0.
Qed.

Lemma sqn_row_mx m n (x : 'rV[F]_m) (y : 'rV[F]_n) : sqn (row_mx x y) = sqn x + sqn y.
Proof. by rewrite /sqn /dot tr_row_mx mul_row_col mxE. Qed.

Lemma quad_block m n (A : 'M[F]_m) (D : 'M[F]_n) x y :
  quad (block_mx A 0 0 D) (row_mx x y) = quad A x + quad D y.
Proof.
rewrite /quad /form mul_row_block !mulmx0 addr0 add0r tr_row_mx mul_row_col.
by rewrite mxE.
Qed.

(** Block diagonal matrices, of which the blocks may be any rectangles. *)
Lemma norm_le_block m n p r (A : 'M[F]_(m, n)) (D : 'M[F]_(p, r)) L :
  norm_le A L -> norm_le D L -> norm_le (block_mx A 0 0 D) L.
Proof.
move=> [L0 hA] [_ hD]; split=> // v; rewrite -(hsubmxK v) tr_block_mx !trmx0 mul_row_block.
by rewrite !mulmx0 addr0 add0r !sqn_row_mx mulrDr ler_add.
Qed.

Lemma sym_block m n (A : 'M[F]_m) (D : 'M[F]_n) : sym A -> sym D -> sym (block_mx A 0 0 D).
Proof. by move=> sA sD; rewrite /sym tr_block_mx !trmx0 sA sD. Qed.

Lemma pull_block m n p r (A : 'M[F]_(m, n)) (D : 'M[F]_(p, r)) (B : 'M[F]_m) (C : 'M[F]_p) :
  (block_mx A 0 0 D)^T *m block_mx B 0 0 C *m block_mx A 0 0 D =
  block_mx (A^T *m B *m A) 0 0 (D^T *m C *m D).
Proof.
by rewrite tr_block_mx !trmx0 !mulmx_block !(mul0mx, mulmx0, addr0, add0r).
Qed.

(** The column (a, b), a map from R to R^2. *)
Definition col2 (a b : F) : 'M[F]_(2, 1) := (row2 a b)^T.

Lemma mul_col2 (x : 'rV[F]_1) a b : x *m (col2 a b)^T = x 0 0 *: row2 a b.
Proof. by rewrite trmxK [x in LHS]mx11_scalar mul_scalar_mx. Qed.

Lemma sqn_1 (x : 'rV[F]_1) : sqn x = x 0 0 ^+ 2.
Proof. by rewrite sqnE big_ord1. Qed.

Lemma col2_norm a b L : 0 <= L -> a ^+ 2 + b ^+ 2 <= L ^+ 2 -> norm_le (col2 a b) L.
Proof.
move=> L0 h; split=> // v; rewrite mul_col2 sqnZ sqn_row2 sqn_1 mulrC.
by apply: ler_wpmul2r => //; apply: sqr_ge0.
Qed.

Lemma quad_col2 a b M (x : 'rV[F]_1) :
  quad ((col2 a b)^T *m saddle M *m col2 a b) x = M * (a ^+ 2 - b ^+ 2) * sqn x.
Proof.
rewrite quad_pull mul_col2 quadZ quad_saddle !mxE /= sqn_1.
by rewrite mulrC.
Qed.

(** The embedding of R^d into R^(d + m), times L. *)
Definition embed d m (L : F) : 'M[F]_(d + m, d) := L *: col_mx 1%:M 0.

Lemma sqn_embed d m L (x : 'rV[F]_d) : sqn (x *m (embed d m L)^T) = L ^+ 2 * sqn x.
Proof.
rewrite /embed linearZ /= tr_col_mx trmx1 trmx0 -scalemxAr sqnZ mul_mx_row mulmx1 mulmx0.
by rewrite sqn_row_mx sqn0 addr0.
Qed.

(** The instance: M (x^2 - y^2) on the plane and the length elsewhere. *)
Theorem padded_instance d m (L M lambda : F) : 0 < L -> 0 < M -> 0 < lambda ->
  lambda <= M * L ^+ 2 ->
  exists (J E : 'M[F]_(2 + (d + m), 1 + d)) (H : 'M[F]_(2 + (d + m))),
  [/\ sym H, norm_is H M, norm_is J L, norm_is E (Num.sqrt (sharp_square L M lambda)) &
      lambda_min_is (J^T *m H *m J) lambda /\
      exists2 v, v != 0 & quad (perturbed J E H) v = 0].
Proof.
move=> L0 M0 l0 q1; pose q := lambda / (M * L ^+ 2).
have ML0 : 0 < M * L ^+ 2 by positive.
have q0 : 0 < q by positive.
have {}q1 : q <= 1 by rewrite ler_pdivr_mulr // mul1r.
pose c := Num.sqrt ((1 + q) / 2%:R); pose s := Num.sqrt ((1 - q) / 2%:R).
have c2 : c ^+ 2 = (1 + q) / 2%:R by rewrite sqr_sqrtr; nonneg.
have q1' : 0 <= 1 - q by rewrite subr_ge0.
have s2 : s ^+ 2 = (1 - q) / 2%:R by rewrite sqr_sqrtr; nonneg.
have [c0 s0] : 0 <= c /\ 0 <= s by split; apply: sqrtr_ge0.
have cs : s <= c.
  apply: ler_wsqrtr; rewrite ler_pmul2r ?invr_gt0 ?ltr0Sn // ler_add2l.
  by rewrite -subr_ge0 opprK addr_ge0 // ltW.
have cs1 : c ^+ 2 + s ^+ 2 = 1 by rewrite c2 s2; field.
have csq : c ^+ 2 - s ^+ 2 = q by rewrite c2 s2; field.
have lE : lambda = M * L ^+ 2 * q by rewrite /q mulrC divfK // gt_eqF.
have eE : sharp_square L M lambda = L ^+ 2 * (c - s) ^+ 2 / 2%:R.
  rewrite /sharp_square; have -> : L ^+ 4 - (lambda / M) ^+ 2 = (L ^+ 2 * (2%:R * c * s)) ^+ 2.
    have -> : lambda / M = L ^+ 2 * (c ^+ 2 - s ^+ 2).
      by rewrite csq lE; field; rewrite gt_eqF.
    transitivity (L ^+ 4 * ((c ^+ 2 + s ^+ 2) ^+ 2 - (c ^+ 2 - s ^+ 2) ^+ 2)); last by ring.
    by rewrite cs1; ring.
  rewrite sqrtr_sqr ger0_norm; last by nonneg.
  transitivity (L ^+ 2 * (c ^+ 2 + s ^+ 2 - 2%:R * c * s) / 2%:R); last by field.
  by rewrite cs1; field.
pose eps := Num.sqrt (sharp_square L M lambda).
have eps2 : eps ^+ 2 = L ^+ 2 * (c - s) ^+ 2 / 2%:R.
  by rewrite sqr_sqrtr eE //; nonneg.
pose J1 := col2 (L * c) (L * s); pose E1 := col2 (L / 2%:R * (s - c)) (L / 2%:R * (c - s)).
pose J := block_mx J1 0 0 (embed d m L); pose E : 'M_(2 + (d + m), 1 + d) := block_mx E1 0 0 0.
pose H := block_mx (saddle M) 0 0 (M%:M : 'M_(d + m)).
pose v : 'rV[F]_(1 + d) := row_mx (1%:M : 'M_1) 0.
have sv : sqn v = 1 by rewrite sqn_row_mx sqn0 addr0 sqn_1 !mxE eqxx expr1n.
have v0 : v != 0 by rewrite -sqn_gt0 sv ltr01.
have ss : sym (saddle M) by apply: sym_diag.
have nJ : norm_le J L.
  apply: norm_le_block.
    apply: col2_norm; first exact: ltW.
    by rewrite !exprMn -mulrDr cs1 mulr1.
  by split=> [|x]; [apply: ltW | rewrite sqn_embed].
have nH : norm_le H M.
  apply: norm_le_block; last by have := norm_le_scalar (d + m) M; rewrite gtr0_norm.
  by apply: norm_le_sym => // [|x]; [apply: ltW | apply: quad_saddle_le; apply: ltW].
have E12 : (L / 2%:R * (s - c)) ^+ 2 + (L / 2%:R * (c - s)) ^+ 2 = eps ^+ 2.
  by rewrite eps2; field.
have nE : norm_le E eps.
  apply: norm_le_block; first by apply: col2_norm; [apply: sqrtr_ge0 | rewrite E12].
  by apply: norm_leW (norm_le_mx0 _ _ _); apply: sqrtr_ge0.
have Gq x y : quad (J^T *m H *m J) (row_mx x y) = lambda * sqn x + M * L ^+ 2 * sqn y.
  rewrite pull_block quad_block quad_col2 quad_pull quad_scalar sqn_embed mulrA.
  by congr (_ * _ + _); rewrite lE -csq; ring.
exists J, E, H; split.
- exact: sym_block ss (sym_scalar _ _).
- pose h : 'rV[F]_(2 + (d + m)) := row_mx (row2 1 0) 0.
  have sh : sqn h = 1 by rewrite sqn_row_mx sqn0 sqn_row2 expr1n expr0n !addr0.
  apply: (norm_is_quad (v := h)) => //; first by rewrite -sqn_gt0 sh ltr01.
  rewrite sh quad_block quad0 addr0 quad_saddle !mxE /=; ring.
- apply: (norm_is_attained (v := v)) => //.
  rewrite sv tr_block_mx !trmx0 mul_row_block !(mul0mx, mulmx0, addr0, add0r) sqn_row_mx sqn0 addr0.
  by rewrite mul_col2 sqnZ sqn_row2 !mxE eqxx !exprMn -mulrDr cs1 expr1n mul1r.
- apply: (norm_is_attained (v := v)) => //.
  rewrite sv tr_block_mx !trmx0 mul_row_block !(mul0mx, mulmx0, addr0, add0r) sqn_row_mx sqn0 addr0.
  by rewrite mul_col2 sqnZ sqn_row2 E12 !mxE eqxx expr1n mul1r mulr1.
split.
  split=> [x|]; last by exists v => //; rewrite Gq sqn0 mulr0 addr0 sqn_1 !mxE eqxx sv expr1n.
  rewrite -(hsubmxK x) Gq sqn_row_mx mulrDr ler_add2l; apply: ler_wpmul2r.
    exact: sqn_ge0.
  by rewrite lE ger_pmulr.
exists v => //; rewrite quad_pull linearD mulmxDr /=.
have -> : v *m J^T = row_mx (row2 (L * c) (L * s)) 0.
  by rewrite tr_block_mx !trmx0 mul_row_block !(mul0mx, mulmx0, addr0, add0r) mul_col2 !mxE eqxx scale1r.
have -> : v *m E^T = row_mx (row2 (L / 2%:R * (s - c)) (L / 2%:R * (c - s))) 0.
  by rewrite tr_block_mx !trmx0 mul_row_block !(mul0mx, mulmx0, addr0, add0r) mul_col2 !mxE eqxx scale1r.
rewrite add_row_mx addr0 row2D quad_block quad0 addr0 quad_saddle !mxE /=.
by field.
Qed.

End Padded.
