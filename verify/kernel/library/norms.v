(** Spectral norms, extreme eigenvalues and condition numbers as quantified
    bounds over an ordered field. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.algebra_tactics Require Import ring.
From Geometry Require Import forms semidefinite.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Definitions.

Variable F : realFieldType.

(** |A| <= L in the spectral norm: |A v|^2 <= L^2 |v|^2 for all v, and L >= 0. *)
Definition norm_le m n (A : 'M[F]_(m, n)) (L : F) : Prop :=
  0 <= L /\ forall v : 'rV_n, sqn (v *m A^T) <= L ^+ 2 * sqn v.

(** |A| = L: L is the least of the bounds of A. *)
Definition norm_is m n (A : 'M[F]_(m, n)) (L : F) : Prop :=
  norm_le A L /\ forall L', norm_le A L' -> L <= L'.

(** lambda_min(A) >= l: v^T A v >= l |v|^2 for all v. *)
Definition lambda_ge n (A : 'M[F]_n) (l : F) : Prop :=
  forall v, l * sqn v <= quad A v.

(** lambda_max(A) <= l: v^T A v <= l |v|^2 for all v. *)
Definition lambda_le n (A : 'M[F]_n) (l : F) : Prop :=
  forall v, quad A v <= l * sqn v.

(** lambda_min(A) = l: the bound is attained by a vector other than zero. *)
Definition lambda_min_is n (A : 'M[F]_n) (l : F) : Prop :=
  lambda_ge A l /\ exists2 v, v != 0 & quad A v = l * sqn v.

(** lambda_max(A) = l: the bound is attained by a vector other than zero. *)
Definition lambda_max_is n (A : 'M[F]_n) (l : F) : Prop :=
  lambda_le A l /\ exists2 v, v != 0 & quad A v = l * sqn v.

(** kappa(A) <= K: A is positive definite, and no Rayleigh quotient is more
    than K times another one. *)
Definition kappa_le n (A : 'M[F]_n) (K : F) : Prop :=
  pd A /\ forall v w, quad A v * sqn w <= K * (quad A w * sqn v).

(** kappa(A) = K = lambda_max(A) / lambda_min(A), for positive definite A. *)
Definition kappa_is n (A : 'M[F]_n) (K : F) : Prop :=
  pd A /\ exists l m, [/\ lambda_min_is A l, lambda_max_is A m & K = m / l].

End Definitions.

Section Theory.

Variable F : realFieldType.

(** a <= b from a^2 <= b^2 and b >= 0. *)
Lemma le_sqr (a b : F) : 0 <= b -> a ^+ 2 <= b ^+ 2 -> a <= b.
Proof.
move=> b0 ab; have [a0|/ltW a0] := leP 0 a; last exact: le_trans a0 b0.
by rewrite -(@ler_pexpn2r _ 2).
Qed.

Lemma norm_le_sqr (a b : F) : 0 <= b -> a ^+ 2 <= b ^+ 2 -> `|a| <= b.
Proof. by move=> b0 ab; apply: le_sqr => //; rewrite real_normK ?num_real. Qed.

Lemma dot_le n (x y : 'rV[F]_n) a b : 0 <= a -> 0 <= b ->
  sqn x <= a ^+ 2 -> sqn y <= b ^+ 2 -> `|dot x y| <= a * b.
Proof.
move=> a0 b0 xa yb; apply: norm_le_sqr; first exact: mulr_ge0.
by rewrite exprMn (le_trans (cauchy_schwarz x y)) // ler_pmul ?sqn_ge0.
Qed.

Lemma norm_le0 m n (A : 'M[F]_(m, n)) L : norm_le A L -> 0 <= L.
Proof. by case. Qed.

Lemma norm_leW m n (A : 'M[F]_(m, n)) L L' : L <= L' -> norm_le A L -> norm_le A L'.
Proof.
move=> LL [L0 AL]; split=> [|v]; first exact: le_trans LL.
by apply: le_trans (AL v) _; rewrite ler_wpmul2r ?sqn_ge0 // ler_pexpn2r ?nnegrE // (le_trans L0).
Qed.

(** |u . A v| <= L |u| |v|, as squares. *)
Lemma norm_le_form m n (A : 'M[F]_(m, n)) L (u : 'rV_m) (v : 'rV_n) : norm_le A L ->
  dot u (v *m A^T) ^+ 2 <= L ^+ 2 * (sqn u * sqn v).
Proof.
case=> L0 AL; apply: le_trans (cauchy_schwarz _ _) _.
by rewrite mulrCA ler_wpmul2l ?sqn_ge0.
Qed.

Lemma norm_le_tr m n (A : 'M[F]_(m, n)) L : norm_le A L -> norm_le A^T L.
Proof.
move=> AL; split=> [|v]; first exact: norm_le0 AL.
rewrite trmxK; set y := v *m A; have [y0|y0] := eqVneq y 0.
  by rewrite y0 sqn0 mulr_ge0 ?sqr_ge0 ?sqn_ge0.
have := norm_le_form v y AL; rewrite -dot_mulr -/(sqn y) expr2 mulrA.
by rewrite ler_pmul2r ?sqn_gt0.
Qed.

Lemma norm_le_trE m n (A : 'M[F]_(m, n)) L : norm_le A^T L <-> norm_le A L.
Proof. by split=> /norm_le_tr //; rewrite trmxK. Qed.

Lemma norm_leD m n (A B : 'M[F]_(m, n)) a b :
  norm_le A a -> norm_le B b -> norm_le (A + B) (a + b).
Proof.
move=> [a0 Aa] [b0 Bb]; split=> [|v]; first exact: addr_ge0.
rewrite linearD mulmxDr sqnD.
have -> : (a + b) ^+ 2 * sqn v = a ^+ 2 * sqn v + 2%:R * (a * b * sqn v) + b ^+ 2 * sqn v.
  by ring.
apply: ler_add => //; apply: ler_add => //; rewrite ler_pmul2l ?ltr0Sn //.
apply: le_sqr; first by rewrite !mulr_ge0 ?sqn_ge0.
apply: le_trans (cauchy_schwarz _ _) _.
have -> : (a * b * sqn v) ^+ 2 = (a ^+ 2 * sqn v) * (b ^+ 2 * sqn v) by ring.
by rewrite ler_pmul ?sqn_ge0.
Qed.

Lemma norm_leM m n p (A : 'M[F]_(m, n)) (B : 'M[F]_(n, p)) a b :
  norm_le A a -> norm_le B b -> norm_le (A *m B) (a * b).
Proof.
move=> [a0 Aa] [b0 Bb]; split=> [|v]; first exact: mulr_ge0.
rewrite trmx_mul mulmxA (le_trans (Aa _)) // exprMn -(mulrA (a ^+ 2)).
by apply: ler_wpmul2l => //; apply: sqr_ge0.
Qed.

Lemma norm_leN m n (A : 'M[F]_(m, n)) a : norm_le A a -> norm_le (- A) a.
Proof.
by move=> [a0 Aa]; split=> // v; rewrite linearN mulmxN sqnN.
Qed.

Lemma norm_leB m n (A B : 'M[F]_(m, n)) a b :
  norm_le A a -> norm_le B b -> norm_le (A - B) (a + b).
Proof. by move=> Aa Bb; apply/norm_leD/norm_leN. Qed.

Lemma norm_le_mx0 m n : norm_le (0 : 'M[F]_(m, n)) 0.
Proof. by split=> // v; rewrite trmx0 mulmx0 sqn0 expr0n mul0r. Qed.

Lemma norm_le_scalar n (a : F) : norm_le (a%:M : 'M[F]_n) `|a|.
Proof.
split=> [|v]; first exact: normr_ge0.
by rewrite tr_scalar_mx mul_mx_scalar sqnZ real_normK ?num_real.
Qed.

(** |v^T A v| <= L |v|^2 for a square matrix. *)
Lemma norm_le_quad n (A : 'M[F]_n) L v : norm_le A L -> `|quad A v| <= L * sqn v.
Proof.
move=> AL; have L0 := norm_le0 AL; apply: norm_le_sqr.
  by rewrite mulr_ge0 ?sqn_ge0.
rewrite -quad_tr /quad formE dotC (le_trans (norm_le_form _ _ AL)) //.
by rewrite exprMn expr2.
Qed.

Lemma norm_le_quad_le n (A : 'M[F]_n) L v : norm_le A L -> quad A v <= L * sqn v.
Proof. by move=> AL; apply: le_trans (ler_norm _) (norm_le_quad _ AL). Qed.

Lemma norm_le_quad_ge n (A : 'M[F]_n) L v : norm_le A L -> - (L * sqn v) <= quad A v.
Proof. by move=> /(norm_le_quad v); rewrite ler_norml => /andP[]. Qed.

(** For a symmetric matrix the quadratic form alone decides. *)
Lemma norm_le_sym n (A : 'M[F]_n) L : sym A -> 0 <= L ->
  (forall v, `|quad A v| <= L * sqn v) -> norm_le A L.
Proof.
move=> sA L0 AL; split=> // v; rewrite sA; set y := v *m A.
have pol t : 2%:R * (t * sqn y) <= L * (sqn v + t ^+ 2 * sqn y).
  have fE : form A v (t *: y) = t * sqn y by rewrite formZr formE.
  have h1 := AL (v + t *: y); have h2 := AL (v - t *: y).
  have {}h1 := le_trans (ler_norm _) h1.
  have {}h2 : - (L * sqn (v - t *: y)) <= quad A (v - t *: y).
    by move: h2; rewrite ler_norml => /andP[].
  have q1 : quad A (v + t *: y) - quad A (v - t *: y) = 4%:R * (t * sqn y).
    by rewrite !quadD_sym // quadN formNr fE; ring.
  have q2 : sqn (v + t *: y) + sqn (v - t *: y) = 2%:R * (sqn v + t ^+ 2 * sqn y).
    by rewrite !sqnD sqnN dotNr sqnZ; ring.
  have : 4%:R * (t * sqn y) <= L * (2%:R * (sqn v + t ^+ 2 * sqn y)).
    by rewrite -q1 -q2 mulrDr ler_add // ler_oppl.
  have -> : 4%:R * (t * sqn y) = 2%:R * (2%:R * (t * sqn y)) by ring.
  by rewrite (mulrCA L) ler_pmul2l ?ltr0Sn.
have [L00|Lp] := eqVneq L 0.
  have := pol 1; rewrite L00 mul0r mul1r expr0n mul0r.
  by rewrite pmulr_rle0 ?ltr0Sn.
have {}Lp : 0 < L by rewrite lt_neqAle eq_sym Lp.
have := pol L^-1; rewrite -(ler_pmul2l Lp) => h; rewrite -subr_ge0.
have : 0 <= L * (L * (sqn v + L^-1 ^+ 2 * sqn y)) - L * (2%:R * (L^-1 * sqn y)).
  by rewrite subr_ge0.
by congr (_ <= _); field; rewrite gt_eqF.
Qed.

(** The bound is the norm when some vector attains it. *)
Lemma norm_is_attained m n (A : 'M[F]_(m, n)) L v : norm_le A L -> v != 0 ->
  sqn (v *m A^T) = L ^+ 2 * sqn v -> norm_is A L.
Proof.
move=> AL v0 e; split=> // L' [L'0 AL']; apply: le_sqr => //.
by have := AL' v; rewrite e ler_pmul2r ?sqn_gt0.
Qed.

Lemma norm_is_quad n (A : 'M[F]_n) L v : norm_le A L -> v != 0 ->
  quad A v = L * sqn v -> norm_is A L.
Proof.
move=> AL v0 e; split=> // L' AL'.
by have := norm_le_quad_le v AL'; rewrite e ler_pmul2r ?sqn_gt0.
Qed.

Lemma lambda_ge_pd n (A : 'M[F]_n) l : sym A -> 0 < l -> lambda_ge A l -> pd A.
Proof.
by move=> sA l0 h; split=> // v v0; apply: lt_le_trans (h v); rewrite mulr_gt0 ?sqn_gt0.
Qed.

(** Weyl: a symmetric perturbation of norm <= e moves lambda_min by <= e. *)
Lemma lambda_geD n (A B : 'M[F]_n) l e : lambda_ge A l -> norm_le (B - A) e ->
  lambda_ge B (l - e).
Proof.
move=> Al Be v; have := norm_le_quad_ge v Be; rewrite quad_mxB => h.
rewrite mulrBl -[quad B v](subrK (quad A v)) addrC ler_add //.
Qed.

Lemma lambda_leD n (A B : 'M[F]_n) l e : lambda_le A l -> norm_le (B - A) e ->
  lambda_le B (l + e).
Proof.
move=> Al Be v; have := norm_le_quad_le v Be; rewrite quad_mxB => h.
by rewrite mulrDl -[quad B v](subrK (quad A v)) addrC ler_add.
Qed.

Lemma kappa_le_bounds n (A : 'M[F]_n) l m : sym A -> 0 < l ->
  lambda_ge A l -> lambda_le A m -> kappa_le A (m / l).
Proof.
move=> sA l0 Al Am; split=> [|v w]; first exact: lambda_ge_pd Al.
have [->|v0] := eqVneq v 0; first by rewrite quad0 sqn0 mul0r !mulr0.
have m0 : 0 <= m.
  rewrite -(pmulr_lge0 _ (_ : 0 < sqn v)) ?sqn_gt0 //.
  apply: le_trans (Am v); apply: le_trans (Al v); by rewrite mulr_ge0 ?sqn_ge0 ?ltW.
apply: le_trans (_ : m * sqn v * sqn w <= _); first by rewrite ler_wpmul2r ?sqn_ge0.
have -> : m * sqn v * sqn w = m / l * (l * sqn w * sqn v) by field; rewrite gt_eqF.
apply: ler_wpmul2l; first by apply: divr_ge0 => //; apply: ltW.
by apply: ler_wpmul2r => //; apply: sqn_ge0.
Qed.

Lemma kappa_is_le n (A : 'M[F]_n) K : kappa_is A K -> kappa_le A K.
Proof.
case=> pA [l [m [[Al [v v0 e]] [Am _] ->]]].
apply: kappa_le_bounds => //; first exact: pd_sym pA.
by have [_ /(_ v v0)] := pA; rewrite e pmulr_lgt0 ?sqn_gt0.
Qed.

Lemma kappa_le_is n (A : 'M[F]_n) K K' : kappa_is A K -> kappa_le A K' -> K <= K'.
Proof.
case=> pA [l [m [[Al [v v0 e]] [Am [w w0 e']] ->]]] [_ h].
have l0 : 0 < l by have [_ /(_ v v0)] := pA; rewrite e pmulr_lgt0 ?sqn_gt0.
have := h w v; rewrite e e' ler_pdivr_mulr //.
have -> : m * sqn w * sqn v = m * (sqn w * sqn v) by ring.
have -> : K' * (l * sqn v * sqn w) = K' * l * (sqn w * sqn v) by ring.
by rewrite ler_pmul2r // mulr_gt0 ?sqn_gt0.
Qed.

End Theory.
