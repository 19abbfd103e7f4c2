(** * The differential of a map between spaces of row vectors, by epsilon and delta

    Nothing here needs limits or completeness: over the reals these are the usual notions, and they
    make sense over every ordered field.  Points and directions are row vectors:
    [J v] of the text is [v *m J^T]. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Differential.
Variable F : realFieldType.

(** The sum of the absolute values of the entries.  All norms on vectors give the same differentials. *)
Definition norm1 m n (A : 'M[F]_(m, n)) : F := \sum_i \sum_j `|A i j|.

(** [J] is the differential (Jacobian) of [f] at [z]: |f(z + v) - f(z) - J v| <= eps |v| for all small v. *)
Definition differential d k (f : 'rV[F]_d -> 'rV[F]_k) (z : 'rV[F]_d) (J : 'M[F]_(k, d)) : Prop :=
  forall eps, 0 < eps -> exists2 delta, 0 < delta &
    forall v, norm1 v < delta -> norm1 (f (z + v) - f z - v *m J^T) <= eps * norm1 v.

(** [P] holds at all points near [z]. *)
Definition near d (z : 'rV[F]_d) (P : 'rV[F]_d -> Prop) : Prop :=
  exists2 delta, 0 < delta & forall v, norm1 v < delta -> P (z + v).

Lemma norm1_ge0 m n (A : 'M[F]_(m, n)) : 0 <= norm1 A.
Proof. by apply: sumr_ge0 => i _; apply: sumr_ge0. Qed.

Lemma norm10 m n : norm1 (0 : 'M[F]_(m, n)) = 0.
Proof. by rewrite /norm1 big1 // => i _; rewrite big1 // => j _; rewrite mxE normr0. Qed.

Lemma le_norm1 m n (A : 'M[F]_(m, n)) i j : `|A i j| <= norm1 A.
Proof.
rewrite /norm1 (bigD1 i) //= (bigD1 j) //= -addrA ler_addl addr_ge0 ?sumr_ge0 // => i' _.
by rewrite sumr_ge0.
Qed.

Lemma norm1_eq0 m n (A : 'M[F]_(m, n)) : norm1 A = 0 -> A = 0.
Proof.
move=> A0; apply/matrixP => i j; rewrite mxE; apply/eqP; rewrite -normr_le0 -A0.
exact: le_norm1.
Qed.

Lemma norm1_gt0 m n (A : 'M[F]_(m, n)) : A != 0 -> 0 < norm1 A.
Proof.
move=> nA; rewrite lt_neqAle norm1_ge0 andbT eq_sym.
by apply: contraNneq nA => /norm1_eq0 ->.
Qed.

Lemma norm1D m n (A B : 'M[F]_(m, n)) : norm1 (A + B) <= norm1 A + norm1 B.
Proof.
rewrite /norm1 -big_split /=; apply: ler_sum => i _.
rewrite -big_split /=; apply: ler_sum => j _; rewrite mxE; exact: ler_norm_add.
Qed.

Lemma norm1N m n (A : 'M[F]_(m, n)) : norm1 (- A) = norm1 A.
Proof. by apply: eq_bigr => i _; apply: eq_bigr => j _; rewrite mxE normrN. Qed.

Lemma norm1Z m n a (A : 'M[F]_(m, n)) : norm1 (a *: A) = `|a| * norm1 A.
Proof.
rewrite /norm1 mulr_sumr; apply: eq_bigr => i _; rewrite mulr_sumr; apply: eq_bigr => j _.
by rewrite mxE normrM.
Qed.

Lemma norm1M m n p (A : 'M[F]_(m, n)) (B : 'M[F]_(n, p)) : norm1 (A *m B) <= norm1 A * norm1 B.
Proof.
rewrite /norm1 mulr_suml; apply: ler_sum => i _.
rewrite mulr_suml.
apply: (@le_trans _ _ (\sum_j \sum_l `|A i l| * `|B l j|)).
  apply: ler_sum => j _; rewrite mxE; apply: le_trans (ler_norm_sum _ _ _) _.
  by apply: ler_sum => l _; rewrite normrM.
rewrite exchange_big /=; apply: ler_sum => l _; rewrite -mulr_sumr.
apply: ler_wpmul2l => //; rewrite [X in _ <= X](bigD1 l) //= ler_addl.
by apply: sumr_ge0 => i' _; apply: sumr_ge0.
Qed.

Lemma norm1_tr m n (A : 'M[F]_(m, n)) : norm1 A^T = norm1 A.
Proof.
rewrite /norm1 exchange_big; apply: eq_bigr => i _; apply: eq_bigr => j _.
by rewrite mxE.
Qed.

Lemma norm1_scalar (a : F) : norm1 (a%:M : 'M[F]_1) = `|a|.
Proof. by rewrite /norm1 !big_ord1 mxE eqxx mulr1n. Qed.

Lemma near_self d (z : 'rV[F]_d) P : near z P -> P z.
Proof. by case=> delta d0 /(_ 0); rewrite norm10 addr0; apply. Qed.

(** A remainder of second order makes a differential. *)
Lemma differential_quadratic d k (f : 'rV[F]_d -> 'rV[F]_k) z J C delta :
  0 < delta ->
  (forall v, norm1 v < delta -> norm1 (f (z + v) - f z - v *m J^T) <= C * norm1 v ^+ 2) ->
  differential f z J.
Proof.
move=> d0 rem eps e0; have C0 : 0 < `|C| + 1 by rewrite ltr_paddl ?ltr01.
exists (Num.min delta (eps / (`|C| + 1))).
  by rewrite lt_minr d0 divr_gt0.
move=> v; rewrite lt_minr => /andP[vd ve]; apply: le_trans (rem v vd) _.
rewrite expr2 mulrA; apply: ler_wpmul2r; first exact: norm1_ge0.
move: ve; rewrite ltr_pdivl_mulr // => ve; apply: le_trans (ltW ve).
rewrite mulrC; apply: ler_wpmul2l; first exact: norm1_ge0.
by apply: le_trans (ler_norm _) _; rewrite ler_addl.
Qed.

Lemma differential_affine d k (A : 'M[F]_(k, d)) b z : differential (fun x => x *m A^T + b) z A.
Proof.
apply: (@differential_quadratic _ _ _ _ _ 0 1) => // v _.
suff -> : (z + v) *m A^T + b - (z *m A^T + b) - v *m A^T = 0 by rewrite norm10 mul0r.
rewrite mulmxDl; move: (z *m A^T) (v *m A^T) => a c.
  by apply/matrixP => i j; rewrite !mxE; ring.
Qed.

Lemma differential_linear d k (A : 'M[F]_(k, d)) z : differential (fun x => x *m A^T) z A.
Proof.
move=> eps e0; have [delta d0 H] := @differential_affine d k A 0 z eps e0.
by exists delta => // v /H; rewrite !addr0.
Qed.

Lemma differential_id d (z : 'rV[F]_d) : differential id z 1%:M.
Proof.
move=> eps e0; have [delta d0 H] := @differential_linear d d 1%:M z eps e0.
by exists delta => // v /H; rewrite trmx1 !mulmx1.
Qed.

Lemma differential_constant d k (c : 'rV[F]_k) (z : 'rV[F]_d) : differential (fun=> c) z 0.
Proof.
move=> eps e0; exists 1 => // v _; rewrite subrr trmx0 mulmx0 subrr norm10.
by rewrite mulr_ge0 ?norm1_ge0 // ltW.
Qed.

(** Only the values near the point matter. *)
Lemma differential_near d k (f g : 'rV[F]_d -> 'rV[F]_k) z J :
  near z (fun x => f x = g x) -> differential f z J -> differential g z J.
Proof.
move=> nfg Df eps e0; have fg0 := near_self nfg; case: nfg => d1 d10 fg.
have [d2 d20 H] := Df eps e0; exists (Num.min d1 d2); first by rewrite lt_minr d10.
by move=> v; rewrite lt_minr => /andP[v1 v2]; rewrite -(fg _ v1) -fg0; apply: H.
Qed.

Lemma differential_add d k (f g : 'rV[F]_d -> 'rV[F]_k) z A B :
  differential f z A -> differential g z B -> differential (fun x => f x + g x) z (A + B).
Proof.
move=> Df Dg eps e0; have e2 : 0 < eps / 2%:R by rewrite divr_gt0 ?ltr0n.
have [d1 d10 H1] := Df _ e2; have [d2 d20 H2] := Dg _ e2.
exists (Num.min d1 d2); first by rewrite lt_minr d10.
move=> v; rewrite lt_minr => /andP[/H1 v1 /H2 v2].
have -> : f (z + v) + g (z + v) - (f z + g z) - v *m (A + B)^T =
  (f (z + v) - f z - v *m A^T) + (g (z + v) - g z - v *m B^T).
  rewrite [(A + B)^T]linearD /= mulmxDr; move: (v *m A^T) (v *m B^T) (f _) (f _) (g _) (g _) => a b c c' e e'.
  by apply/matrixP => i j; rewrite !mxE; ring.
by apply: le_trans (norm1D _ _) _; rewrite [eps]splitr mulrDl ler_add.
Qed.

(** The chain rule. *)
Lemma differential_comp d k l (f : 'rV[F]_d -> 'rV[F]_k) (g : 'rV[F]_k -> 'rV[F]_l) z A B :
  differential f z A -> differential g (f z) B -> differential (fun x => g (f x)) z (B *m A).
Proof.
move=> Df Dg eps e0.
set a := norm1 A; set b := norm1 B.
have a0 : 0 <= a by exact: norm1_ge0.
have b0 : 0 <= b by exact: norm1_ge0.
have a1 : 0 < a + 1 by rewrite ltr_paddl ?ltr01.
have b1 : 0 < b + 1 by rewrite ltr_paddl ?ltr01.
have ea : 0 < eps / (2%:R * (a + 1)) by rewrite divr_gt0 ?mulr_gt0 ?ltr0n.
pose e1 := Num.min 1 (eps / (2%:R * (b + 1))).
have e10 : 0 < e1 by rewrite lt_minr ltr01 divr_gt0 ?mulr_gt0 ?ltr0n.
have [d2 d20 H2] := Dg _ ea; have [d1 d10 H1] := Df _ e10.
exists (Num.min d1 (d2 / (a + 1))); first by rewrite lt_minr d10 divr_gt0.
move=> v; rewrite lt_minr => /andP[/H1 v1 v2].
pose w := f (z + v) - f z.
have fw : f (z + v) = f z + w by rewrite addrCA subrr addr0.
have w0 : norm1 w <= (a + 1) * norm1 v.
  have -> : w = (w - v *m A^T) + v *m A^T by rewrite subrK.
  apply: le_trans (norm1D _ _) _; rewrite mulrDl mul1r addrC; apply: ler_add; first by rewrite mulrC -[a]norm1_tr; apply: norm1M.
  apply: le_trans v1 _; rewrite ler_pimull ?norm1_ge0 //.
  by rewrite /e1 le_minl lexx.
have wd : norm1 w < d2.
  by apply: le_lt_trans w0 _; rewrite mulrC -ltr_pdivl_mulr //.
have v2w := H2 _ wd.
have -> : g (f (z + v)) - g (f z) - v *m (B *m A)^T =
  (g (f z + w) - g (f z) - w *m B^T) + (w - v *m A^T) *m B^T.
  rewrite -fw [(w - _) *m _]mulmxBl trmx_mul mulmxA; move: (w *m _) (v *m _ *m _) => p q.
  by apply/matrixP => i j; rewrite !mxE; ring.
apply: le_trans (norm1D _ _) _; rewrite [eps]splitr mulrDl; apply: ler_add.
  apply: le_trans v2w _.
  apply: le_trans (ler_wpmul2l (ltW ea) w0) _.
  rewrite mulrA; apply: ler_wpmul2r; first exact: norm1_ge0.
  by rewrite le_eqVlt; apply/orP; left; apply/eqP; field; exact: lt0r_neq0.
apply: le_trans (norm1M _ _) _; rewrite norm1_tr mulrC -/b.
apply: le_trans (ler_wpmul2l b0 v1) _; rewrite mulrA.
apply: ler_wpmul2r; first exact: norm1_ge0.
apply: (@le_trans _ _ (b * (eps / (2%:R * (b + 1))))).
  by apply: ler_wpmul2l => //; rewrite /e1 le_minl lexx orbT.
rewrite mulrA ler_pdivr_mulr ?mulr_gt0 ?ltr0n //.
have -> : eps / 2%:R * (2%:R * (b + 1)) = b * eps + eps by field.
by rewrite ler_addl ltW.
Qed.

(** A map has at most one differential at a point. *)
Lemma differential_unique d k (f : 'rV[F]_d -> 'rV[F]_k) z A B :
  differential f z A -> differential f z B -> A = B.
Proof.
move=> DA DB; apply/eqP; rewrite -subr_eq0; apply/eqP.
suff H : forall v : 'rV[F]_d, v *m (A - B)^T = 0.
  by apply: trmx_inj; rewrite trmx0; apply/row_matrixP => i; rewrite row0 -[RHS](H (row i 1%:M)) -row_mul mul1mx.
move=> v; apply/eqP; apply: contraT => nv; have s0 := norm1_gt0 nv.
set w := norm1 _ in s0; have [v0|nv0] := eqVneq v 0.
  by move: nv; rewrite v0 mul0mx eqxx.
have sv := norm1_gt0 nv0.
have e0 : 0 < w / (4%:R * norm1 v) by rewrite divr_gt0 ?mulr_gt0 ?ltr0n.
have [d1 d10 H1] := DA _ e0; have [d2 d20 H2] := DB _ e0.
have m0 : 0 < Num.min d1 d2 by rewrite lt_minr d10.
pose t := Num.min d1 d2 / (2%:R * norm1 v).
have t0 : 0 < t by rewrite divr_gt0 ?mulr_gt0 ?ltr0n.
have tm : norm1 (t *: v) < Num.min d1 d2.
  rewrite norm1Z gtr0_norm // /t invfM -!mulrA mulVf ?mulr1 ?lt0r_neq0 //.
  by rewrite ltr_pdivr_mulr ?ltr0n // ltr_pmulr // ltr1n.
have /H1 h1 : norm1 (t *: v) < d1 by move: tm; rewrite lt_minr => /andP[].
have /H2 h2 : norm1 (t *: v) < d2 by move: tm; rewrite lt_minr => /andP[].
have : norm1 ((t *: v) *m (A - B)^T) <= w / (4%:R * norm1 v) * norm1 (t *: v) *+ 2.
  have -> : (t *: v) *m (A - B)^T = (f (z + t *: v) - f z - (t *: v) *m B^T)
     - (f (z + t *: v) - f z - (t *: v) *m A^T).
    rewrite [(A - B)^T]linearB /= mulmxBr; move: (_ *m A^T) (_ *m B^T) (f _) (f _) => a b c c'.
    by apply/matrixP => i j; rewrite !mxE; ring.
  by apply: le_trans (norm1D _ _) _; rewrite norm1N mulr2n ler_add.
have -> : w / (4%:R * norm1 v) * norm1 (t *: v) *+ 2 = t * (w / 2%:R).
  rewrite norm1Z gtr0_norm //; field; exact: lt0r_neq0.
rewrite -scalemxAl norm1Z gtr0_norm // ler_pmul2l // -/w ler_pdivl_mulr ?ltr0n // ger_pmulr //.
by rewrite (ler_nat _ 2 1).
Qed.

End Differential.
