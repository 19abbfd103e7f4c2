(** Corollary 3.5, part [indefinite]: condition numbers for indefinite loss Hessians. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.algebra_tactics Require Import ring.
From Geometry Require Import forms semidefinite norms roots positivity.
From Geometry.prop34 Require Import perturbation.
From Geometry.cor35 Require Import threshold padded.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Indefinite.

Variable F : rcfType.

(** Part [indefinite], the bound. With positive lambda, L and M, |E| = tau lambda / (2 L M),
    q = lambda / (M L^2) and x = tau + tau^2 q / 4 < 1: kappa_phi <= (kappa + x) / (1 - x). *)
Theorem part_indefinite k d (J E : 'M[F]_(k, d)) (H : 'M[F]_k) (L M lambda Lambda tau : F) :
  sym H -> 0 < lambda -> lambda_min_is (J^T *m H *m J) lambda ->
  lambda_max_is (J^T *m H *m J) Lambda -> 0 < L -> 0 < M -> norm_le J L -> norm_le H M ->
  norm_le E (tau * lambda / (2%:R * L * M)) ->
  let q := lambda / (M * L ^+ 2) in let kappa := Lambda / lambda in
  let x := tau + tau ^+ 2 * q / 4%:R in
  x < 1 -> kappa_le (perturbed J E H) ((kappa + x) / (1 - x)).
Proof.
move=> sH l0 [hl _] [hL _] L0 M0 JL HM Ee q kappa x x1.
have Ee' : norm_le (J + E - J) (tau * lambda / (2%:R * L * M)) by rewrite addrC addKr.
have := part_pullback Ee' JL HM; rewrite -/(perturbed J E H).
have -> : 2%:R * L * M * (tau * lambda / (2%:R * L * M)) +
    M * (tau * lambda / (2%:R * L * M)) ^+ 2 = lambda * x.
  by rewrite /x /q; field; rewrite !gt_eqF.
move=> D; have h1 := lambda_geD hl D; have h2 := lambda_leD hL D.
have lx : 0 < lambda - lambda * x by rewrite subr_gt0 gtr_pmulr.
have -> : (kappa + x) / (1 - x) = (Lambda + lambda * x) / (lambda - lambda * x).
  have n1 : 1 - x != 0 by rewrite gt_eqF // subr_gt0.
  have n2 : lambda - lambda * x != 0 by rewrite gt_eqF.
  by rewrite /kappa; field; rewrite n1 n2 gt_eqF.
exact: kappa_le_bounds (sym_pull _ sH) lx h1 h2.
Qed.

(** The number C = sqrt((1 + sqrt(1 - q^2)) / 2), the cosine of arcsin(q) / 2. *)
Definition half_cosine_root (q : F) : F := Num.sqrt ((1 + Num.sqrt (1 - q ^+ 2)) / 2%:R).

(** Two saddles side by side: d = 2, k = 4, L = M = 1, kappa = 1, |E| = t q / 2, that is, t times
    lambda / (2 L M), and the perturbed head has the condition number (1 + t C) / (1 - t C). *)
Theorem two_saddles_scaled (q t : F) : 0 < q -> q <= 1 -> 0 <= t -> t <= 1 ->
  let C := half_cosine_root q in
  exists (J E : 'M[F]_(2 + 2, 1 + 1)) (H : 'M[F]_(2 + 2)),
  [/\ [/\ sym H, norm_is H 1, norm_is J 1 & norm_is E (t * q / 2%:R)],
      J^T *m H *m J = q%:M, C < 1 & kappa_is (perturbed J E H) ((1 + t * C) / (1 - t * C))].
Proof.
move=> q0 q1 t0 t1 C; pose c := Num.sqrt ((1 + q) / 2%:R); pose s := Num.sqrt ((1 - q) / 2%:R).
have c2 : c ^+ 2 = (1 + q) / 2%:R by rewrite sqr_sqrtr; nonneg.
have q1' : 0 <= 1 - q by rewrite subr_ge0.
have s2 : s ^+ 2 = (1 - q) / 2%:R by rewrite sqr_sqrtr; nonneg.
have [c0 s0] : 0 <= c /\ 0 <= s by split; apply: sqrtr_ge0.
have cp : 0 < c by rewrite sqrtr_gt0; positive.
have cs1 : c ^+ 2 + s ^+ 2 = 1 by rewrite c2 s2; field.
have csq : c ^+ 2 - s ^+ 2 = q by rewrite c2 s2; field.
pose r := Num.sqrt (2%:R : F); have r2 : r ^+ 2 = 2%:R by rewrite sqr_sqrtr ?ler0n.
have r0 : 0 < r by rewrite sqrtr_gt0 ltr0Sn.
have rn : r != 0 by rewrite gt_eqF.
have Ccs : C = (c + s) / r.
  rewrite /C /half_cosine_root; have -> : Num.sqrt (1 - q ^+ 2) = 2%:R * c * s.
    have -> : 1 - q ^+ 2 = (2%:R * c * s) ^+ 2.
      transitivity ((c ^+ 2 + s ^+ 2) ^+ 2 - (c ^+ 2 - s ^+ 2) ^+ 2); last by ring.
      by rewrite cs1 csq; ring.
    by rewrite sqrtr_sqr ger0_norm //; nonneg.
  have -> : (1 + 2%:R * c * s) / 2%:R = ((c + s) / r) ^+ 2.
    transitivity ((c ^+ 2 + s ^+ 2 + 2%:R * c * s) / 2%:R); first by rewrite cs1.
    by rewrite expr_div_n r2; field.
  by rewrite sqrtr_sqr ger0_norm //; nonneg.
have C0 : 0 < C by rewrite Ccs divr_gt0 // ltr_paddr.
have C1 : C < 1.
  have e : C ^+ 2 = (c + s) ^+ 2 / 2%:R by rewrite Ccs expr_div_n r2.
  have : 0 < 1 - C ^+ 2.
    have -> : 1 - C ^+ 2 = (c - s) ^+ 2 / 2%:R.
      transitivity (c ^+ 2 + s ^+ 2 - C ^+ 2); first by rewrite cs1.
      by rewrite e; field.
    rewrite divr_gt0 ?ltr0Sn // lt_neqAle sqr_ge0 andbT eq_sym sqrf_eq0 subr_eq0.
    by apply: contraTneq q0 => e'; rewrite -csq e' subrr ltxx.
  rewrite subr_gt0 ltNge => h; rewrite ltNge; apply: contra h => h.
  by rewrite expr2 -[1]mulr1 ler_pmul ?ler01.
pose a := t * q / (2%:R * r).
have tC0 : 0 <= t * C by apply: mulr_ge0 => //; apply: ltW.
have tC1 : t * C < 1 by apply: le_lt_trans C1; apply: ler_pimull => //; apply: ltW.
pose J : 'M[F]_(2 + 2, 1 + 1) := block_mx (col2 c s) 0 0 (col2 c s).
pose E : 'M[F]_(2 + 2, 1 + 1) := block_mx (col2 (- a) a) 0 0 (col2 a (- a)).
pose H : 'M[F]_(2 + 2) := block_mx (saddle 1) 0 0 (saddle 1).
have sH : sym H by apply: sym_block; apply: sym_diag.
have colE x y z w : col2 x y + col2 z w = col2 (x + z) (y + w).
  by rewrite /col2 -linearD row2D.
have P v w : quad (perturbed J E H) (row_mx v w) = q * (1 - t * C) * sqn v + q * (1 + t * C) * sqn w.
  rewrite /perturbed /J /E add_block_mx !addr0 !colE pull_block quad_block !quad_col2.
  have aC : 2%:R * a * (c + s) = q * (t * C) by rewrite /a Ccs; field.
  have -> : 1 * ((c + - a) ^+ 2 - (s + a) ^+ 2) = q * (1 - t * C).
    transitivity (c ^+ 2 - s ^+ 2 - 2%:R * a * (c + s)); first by ring.
    by rewrite csq aC; ring.
  suff -> : 1 * ((c + a) ^+ 2 - (s + - a) ^+ 2) = q * (1 + t * C) by [].
  transitivity (c ^+ 2 - s ^+ 2 + 2%:R * a * (c + s)); first by ring.
  by rewrite csq aC; ring.
pose v1 : 'rV[F]_(1 + 1) := row_mx (1%:M : 'M_1) 0; pose v2 : 'rV[F]_(1 + 1) := row_mx 0 (1%:M : 'M_1).
have o1 : sqn (1%:M : 'M[F]_1) = 1 by rewrite sqn_1 !mxE eqxx expr1n.
have sv1 : sqn v1 = 1 by rewrite sqn_row_mx sqn0 addr0.
have sv2 : sqn v2 = 1 by rewrite sqn_row_mx sqn0 add0r.
have [v10 v20] : v1 != 0 /\ v2 != 0 by rewrite -!sqn_gt0 sv1 sv2 ltr01.
have qC : q * (1 - t * C) <= q * (1 + t * C).
  by rewrite ler_pmul2l // ler_add2l; apply: (@le_trans _ _ 0); rewrite ?oppr_le0.
have C1p : 0 < q * (1 - t * C) by rewrite mulr_gt0 // subr_gt0.
have mn : lambda_min_is (perturbed J E H) (q * (1 - t * C)).
  split=> [v|]; last by exists v1; rewrite // P sqn0 mulr0 addr0 o1 sv1.
  rewrite -(hsubmxK v) P sqn_row_mx (mulrDr (q * (1 - t * C))) ler_add2l.
  by apply: ler_wpmul2r => //; apply: sqn_ge0.
have mx' : lambda_max_is (perturbed J E H) (q * (1 + t * C)).
  split=> [v|]; last by exists v2; rewrite // P sqn0 mulr0 add0r o1 sv2.
  rewrite -(hsubmxK v) P sqn_row_mx (mulrDr (q * (1 + t * C))) ler_add2r.
  by apply: ler_wpmul2r => //; apply: sqn_ge0.
have nE : norm_le E (t * q / 2%:R).
  have q2 : 0 <= t * q / 2%:R by nonneg.
  have e : a ^+ 2 + a ^+ 2 = (t * q / 2%:R) ^+ 2.
    by rewrite /a !expr_div_n !exprMn r2; field.
  by apply: norm_le_block; apply: col2_norm => //; rewrite sqrrN e.
have nJ : norm_le J 1.
  by apply: norm_le_block; apply: col2_norm; rewrite ?ler01 // cs1 expr1n.
have nH : norm_le H 1.
  have h : norm_le (saddle (1 : F)) 1.
    by apply: norm_le_sym => [||x]; [apply: sym_diag | apply: ler01 | apply: quad_saddle_le; apply: ler01].
  exact: norm_le_block.
exists J, E, H; split=> //; first split=> //.
- pose h : 'rV[F]_(2 + 2) := row_mx (row2 1 0) 0.
  have sh : sqn h = 1 by rewrite sqn_row_mx sqn0 sqn_row2 expr1n expr0n !addr0.
  apply: (norm_is_quad (v := h)) => //; first by rewrite -sqn_gt0 sh ltr01.
  rewrite sh quad_block quad0 addr0 quad_saddle !mxE /=; ring.
- apply: (norm_is_attained (v := v1)) => //.
  rewrite sv1 tr_block_mx !trmx0 mul_row_block !(mul0mx, mulmx0, addr0, add0r) sqn_row_mx sqn0 addr0.
  by rewrite mul_col2 sqnZ sqn_row2 !mxE eqxx cs1 !expr1n mulr1.
- apply: (norm_is_attained (v := v1)) => //.
  rewrite sv1 tr_block_mx !trmx0 mul_row_block !(mul0mx, mulmx0, addr0, add0r) sqn_row_mx sqn0 addr0.
  rewrite mul_col2 sqnZ sqn_row2 !mxE eqxx expr1n mul1r mulr1 /a sqrrN !expr_div_n !exprMn r2.
  by field.
- apply: quad_inj => [||v]; [exact: sym_pull | exact: sym_scalar|].
  rewrite -(hsubmxK v) pull_block quad_block !quad_col2 quad_scalar sqn_row_mx csq.
  by rewrite !mul1r mulrDr.
split; first exact: lambda_ge_pd (sym_pull _ sH) C1p (proj1 mn).
exists (q * (1 - t * C)), (q * (1 + t * C)); split=> //.
have n1 : 1 - t * C != 0 by rewrite gt_eqF // subr_gt0.
by field; rewrite n1 gt_eqF.
Qed.

(** With t = 1, |E| = q / 2 = lambda / (2 L M). *)
Theorem two_saddles (q : F) : 0 < q -> q <= 1 -> let C := half_cosine_root q in
  exists (J E : 'M[F]_(2 + 2, 1 + 1)) (H : 'M[F]_(2 + 2)),
  [/\ [/\ sym H, norm_is H 1, norm_is J 1 & norm_is E (q / 2%:R)],
      J^T *m H *m J = q%:M, C < 1 & kappa_is (perturbed J E H) ((1 + C) / (1 - C))].
Proof.
move=> q0 q1 C; have [J [E [H [[sH nH nJ nE] G C1 kE]]]] := two_saddles_scaled q0 q1 ler01 (lexx 1).
by rewrite !mul1r in nE kE; exists J, E, H.
Qed.

(** (1 + C) / (1 - C) >= 2 / q^2. *)
Lemma two_saddles_large (q : F) : 0 < q -> q <= 1 -> let C := half_cosine_root q in C < 1 ->
  2%:R / q ^+ 2 <= (1 + C) / (1 - C).
Proof.
move=> q0 q1 C C1; have C0 : 0 <= C by apply: sqrtr_ge0.
pose t := Num.sqrt (1 - q ^+ 2); have t0 : 0 <= t by apply: sqrtr_ge0.
have q21 : 0 <= 1 - q ^+ 2 by rewrite subr_ge0 expr_le1 // ltW.
have t2 : t ^+ 2 = 1 - q ^+ 2 by rewrite sqr_sqrtr.
have C2 : C ^+ 2 = (1 + t) / 2%:R by rewrite sqr_sqrtr //; nonneg.
have t1 : t <= 1 by apply: le_sqr; rewrite ?ler01 // t2 expr1n ler_subl_addr ler_addl sqr_ge0.
have tt : 1 - q ^+ 2 <= t by rewrite -t2 expr2 ler_pimull.
have n1 : 0 < 1 - C by rewrite subr_gt0.
rewrite ler_pdivr_mulr; last exact: exprn_gt0.
rewrite mulrAC ler_pdivl_mulr //.
apply: le_trans (_ : 2%:R * ((1 - C) * (1 + C)) <= _).
  by rewrite ler_pmul2l ?ltr0Sn // ler_pmulr // ler_addl.
have -> : (1 - C) * (1 + C) = (1 - t) / 2%:R by transitivity (1 - C ^+ 2); [ring | rewrite C2; field].
have -> : 2%:R * ((1 - t) / 2%:R) = 1 - t by field.
apply: le_trans (_ : q ^+ 2 <= _).
  by rewrite ler_subl_addr -ler_subl_addl.
by rewrite ler_pmull ?exprn_gt0 // ler_addl.
Qed.

(** Just below the threshold, at kappa = 1, the condition number is larger than any constant. *)
Lemma two_saddles_unbounded (C : F) : exists (q t : F) (J E : 'M[F]_(2 + 2, 1 + 1)) (H : 'M[F]_(2 + 2)),
  [/\ 0 < q, t < 1, [/\ sym H, norm_is H 1, norm_is J 1 & norm_is E (t * q / 2%:R)],
      J^T *m H *m J = q%:M & exists2 K, kappa_is (perturbed J E H) K & C < K].
Proof.
pose q : F := (1 + `|C|)^-1; have d0 : 0 < 1 + `|C| by rewrite ltr_spaddl.
have q0 : 0 < q by rewrite invr_gt0.
have q1 : q <= 1 by rewrite invf_le1 // ler_addl.
have q2 : q ^+ 2 <= 1 by rewrite expr_le1 // ltW.
pose t : F := 1 - q ^+ 2 / 2%:R.
have h2 : 0 < q ^+ 2 / 2%:R by positive.
have t1 : t < 1 by rewrite /t ltr_subl_addl ltr_addr.
have t0 : 0 <= t.
  rewrite subr_ge0 ler_pdivr_mulr ?ltr0Sn // mul1r; apply: le_trans q2 _.
  by rewrite (ler_nat _ 1).
have [J [E [H [HJE G C1 kE]]]] := two_saddles_scaled q0 q1 t0 (ltW t1).
exists q, t, J, E, H; split=> //; exists ((1 + t * half_cosine_root q) / (1 - t * half_cosine_root q)) => //.
set c := half_cosine_root q in C1 *; have c0 : 0 <= c by apply: sqrtr_ge0.
have large := two_saddles_large q0 q1 C1; rewrite -/c in large.
have c1 : 0 < 1 - c by rewrite subr_gt0.
have tc : t * c < 1 by apply: le_lt_trans C1; apply: ler_pimull => //; apply: ltW.
have s0 : 0 < 1 - t * c by rewrite subr_gt0.
have hc : 1 - c <= q ^+ 2.
  have q20 : 0 < q ^+ 2 by rewrite exprn_gt0.
  move: large; rewrite ler_pdivl_mulr // mulrAC ler_pdivr_mulr // => large.
  rewrite -(@ler_pmul2l _ 2%:R) ?ltr0Sn //; apply: le_trans large _.
  apply: ler_wpmul2r; first exact: ltW.
  by have -> : 2%:R = 1 + 1 :> F by []; rewrite ler_add2l ltW.
have hs : 1 - t * c <= 2%:R * q ^+ 2.
  have -> : 1 - t * c = (1 - c) + c * (q ^+ 2 / 2%:R) by rewrite /t; ring.
  have -> : 2%:R * q ^+ 2 = q ^+ 2 + q ^+ 2 by ring.
  apply: ler_add => //; apply: le_trans (_ : q ^+ 2 / 2%:R <= _).
    by apply: ler_pimull; apply: ltW.
  by rewrite ler_pdivr_mulr ?ltr0Sn // ler_pemulr ?sqr_ge0 // (ler_nat _ 1).
rewrite ltr_pdivl_mulr //; apply: lt_le_trans (_ : 1 <= _); last first.
  by rewrite ler_addl mulr_ge0.
apply: le_lt_trans (_ : `|C| * (2%:R * q ^+ 2) < 1).
  apply: le_trans (_ : `|C| * (1 - t * c) <= _); last exact: ler_wpmul2l.
  by apply: ler_wpmul2r; [apply: ltW | apply: ler_norm].
rewrite /q exprVn mulrA ltr_pdivr_mulr ?exprn_gt0 // mul1r -subr_gt0.
have -> : (1 + `|C|) ^+ 2 - `|C| * 2%:R = 1 + `|C| ^+ 2 by ring.
by rewrite ltr_spaddl ?sqr_ge0.
Qed.

End Indefinite.
