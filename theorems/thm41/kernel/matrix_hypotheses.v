(** * The hypotheses of the matrix parts of 4.1: they can be met, and they are needed *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Geometry Require Import forms semidefinite inertia sylvester norms subspaces differential expansions.
From Geometry.thm41 Require Import heads direction inertia_bound critical criterion threshold.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Hypotheses.
Variable F : realFieldType.

(** L(u) = |u|^2 / 2 has the gradient u and the Hessian 1, which is positive semidefinite; the same example serves reading 1-psd-premise. *)
Lemma part_affine_met (k : nat) (u : 'rV[F]_k) :
  second_order (fun x => quad 1%:M x / 2%:R) u u 1%:M /\ psd (1%:M : 'M[F]_k).
Proof.
split; last exact: psd1.
split=> [|eps e0]; first exact: sym1.
exists 1 => // v _; rewrite !quad1 sqnD [dot v u]dotC.
have -> : (sqn u + 2%:R * dot u v + sqn v) / 2%:R - sqn u / 2%:R - dot u v - sqn v / 2%:R = 0 by field.
by rewrite normr0 mulr_ge0 ?sqr_ge0 ?ltW.
Qed.

(** The hypotheses of reading 2-direction are met: H_eff = diag(1, -1) with the least eigenvalue -1, for J = (1, 0), H = 1 and M = diag(0, -1). *)
Lemma reading_2_direction_met :
  let H := 1%:M : 'M[F]_1 in let J := delta_mx 0 0 : 'M[F]_(1, 2) in let M := - delta_mx 1 1 : 'M[F]_2 in
  (exists2 v : 'rV_2, (v <= ker (H *m J))%MS & quad M v < 0) /\ lambda_min_is (J^T *m H *m J + M) (-1).
Proof.
move=> H J M; split; first by have [_ h] := part_direction_met F.
have q v : quad (J^T *m H *m J + M) v = v 0 0 ^+ 2 - v 0 1 ^+ 2.
  rewrite /J /H mulmx1 trmx_delta mul_delta_mx quad_mxD quad_mxN !quad2 !mxE /=.
  by rewrite !(mul1r, mul0r, addr0, add0r).
have n2 (v : 'rV[F]_2) : sqn v = v 0 0 ^+ 2 + v 0 1 ^+ 2.
  rewrite sqnE !big_ord_recl big_ord0 addr0; congr (v _ _ ^+ _ + v _ _ ^+ _); exact: val_inj.
split=> [v|]; first by rewrite q n2 mulN1r opprD ler_add2r ler_oppl; apply: le_trans (_ : 0 <= _); rewrite ?oppr_le0 sqr_ge0.
exists (delta_mx 0 1); first by rewrite -mxrank_eq0 mxrank_delta.
by rewrite q n2 !mxE /= expr0n expr1n !add0r mulr1.
Qed.

(** The hypotheses of the exact criterion in part threshold are met in one dimension, with s(a) = a. *)
Lemma part_threshold_exact_met :
  let one := 1%:M : 'M[F]_1 in [/\ sym one, row_free one & forall a : F, (fun=> 1) a != 0 :> F].
Proof. by move=> one; split=> [||a]; [apply: sym1 | rewrite row_free_unit unitmx1 | apply: oner_neq0]. Qed.

(** The bound of part inertia says something with hess L > 0: with H = 1 and d hidden units it is d - 1. *)
Lemma part_inertia_met d :
  let s (a : F) := a - a ^+ 2 / 2%:R in let s' (a : F) := 1 - a in let s'' (a : F) := -1 in
  let W1 := 1%:M : 'M[F]_d in let N := Layer W1 0 (Last (const_mx 1 : 'M[F]_(1, d)) 0) in
  let H := 1%:M : 'M[F]_1 in let rho := 1%:M : 'rV[F]_1 in
  [/\ sym H, n_plus H = 1%N &
  (n_minus (gains s s' s'' N rho 0) - n_plus H - (units N - \rank W1))%N = (d - 1)%N].
Proof.
move=> s s' s'' W1 N H rho.
have pH : n_plus H = 1%N.
  apply/eqP; rewrite eqn_leq n_plus_le /= -{1}(mxrank1 F 1); apply: positive_leq => x _ x0.
  by rewrite quad1 sqn_gt0.
split=> //; first exact: sym1.
have uE : (units N - \rank W1)%N = 0%N by rewrite mxrank1 /= addn0 subnn.
have [_ ] := part_inertia_attained F d; rewrite -/s -/s' -/s'' -/W1 -/N -/rho n_plus0.
by rewrite pH uE !subn0 => ->.
Qed.

(** A critical state with rho and J not 0: two outputs, of which rho weighs the one that the head does not move. *)
Lemma part_critical_met :
  let N := Layer (1%:M : 'M[F]_1) 0 (Last (delta_mx 0 0 : 'M[F]_(2, 1)) 0) in
  let s' (a : F) := 1 in let rho : 'rV[F]_2 := delta_mx 0 1 in
  [/\ tapering N, forall a, s' a != 0, rho *m jacobian id s' N 0 = 0, rho != 0 & jacobian id s' N 0 != 0].
Proof.
move=> N s' rho.
have JE : jacobian id s' N 0 = delta_mx 0 0.
  rewrite /= mulmx1; set D := diag_mx _.
  have -> : D = 1%:M by apply/matrixP => i j; rewrite !ord1 !mxE eqxx.
  by rewrite mulmx1.
have nd m n (i : 'I_m) (j : 'I_n) : delta_mx i j != 0 :> 'M[F]_(m, n).
  by rewrite -mxrank_eq0 mxrank_delta.
split; rewrite ?JE; [ | | exact: mul_delta_mx_0 | exact: nd | exact: nd].
  by split=> //; rewrite mxrank1.
by move=> a; apply: oner_neq0.
Qed.

(** Widths that do not increase are needed: d = 1, two units with s(a) = a + a^3 at a = 1 and a = -1, W_2 = (1, -1). The state is critical, and M = 12. *)
Lemma part_critical_needs_tapering :
  let s (a : F) := a + a ^+ 3 in let s' (a : F) := 1 + 3%:R * a ^+ 2 in let s'' (a : F) := 6%:R * a in
  exists (N : layers F 1 1),
  [/\ forall a, s' a != 0, 1%:M *m jacobian s s' N 0 = 0 :> 'rV_1 & quad (interaction s s' s'' N 1%:M 0) 1%:M = 12%:R].
Proof.
move=> s s' s''.
pose b : 'rV[F]_2 := \row_j (if j == 0 then 1 else -1).
pose W1 : 'M[F]_(2, 1) := const_mx 1; pose N := Layer W1 b (Last b 0); exists N.
have aE : affine W1 b (0 : 'rV_1) = b by rewrite /affine mul0mx add0r.
split.
- by move=> a; rewrite gt_eqF // ltr_paddr ?ltr01 // mulr_ge0 ?sqr_ge0 ?ler0n.
- rewrite mul1mx /= aE; apply/matrixP => i j; rewrite !ord1 mxE mul_mx_diag.
  by rewrite !big_ord_recl big_ord0 !mxE /= /s'; ring.
have -> : quad (interaction s s' s'' N 1%:M 0) 1%:M = quad (effective s s' s'' N 0 1%:M 0) 1%:M.
  by rewrite /effective /pullback mulmx0 mul0mx add0r.
rewrite quad_two {1}/quad form_mx0 add0r aE !mul1mx !big_ord_recl big_ord0.
by rewrite !mxE /= /s''; ring.
Qed.

(** s' != 0 is needed: one unit with s(a) = a^2 / 2 at a = 0 is critical, and M = 1. *)
Lemma part_critical_needs_slope :
  let N := Layer (1%:M : 'M[F]_1) 0 (Last (1%:M : 'M[F]_1) 0) in
  let s (a : F) := a ^+ 2 / 2%:R in
  [/\ tapering N, 1%:M *m jacobian s id N 0 = 0 :> 'rV_1 &
      quad (interaction s id (fun=> 1) N 1%:M 0) 1%:M = 1].
Proof.
move=> N s; have aE : affine (1%:M : 'M[F]_1) 0 (0 : 'rV_1) = 0 by rewrite /affine mul0mx add0r.
split; first by split=> //=; rewrite mxrank1.
  by rewrite mul1mx /= aE; apply/matrixP => i j; rewrite !ord1 mulmx1 mul_mx_diag !mxE mulr0.
have -> : quad (interaction s id (fun=> 1) N 1%:M 0) 1%:M = quad (effective s id (fun=> 1) N 0 1%:M 0) 1%:M.
  by rewrite /effective /pullback mulmx0 mul0mx add0r.
rewrite quad_two {1}/quad form_mx0 add0r big_ord1 trmx1 !mulmx1 !mxE !eqxx !mulr1n; ring.
Qed.

(** The hypotheses of part threshold are met, with equality, by the unit with s' = 3/4, s'' = -3/4 and rho = 3/4. *)
Lemma part_threshold_met :
  let one := 1%:M : 'M[F]_1 in let q : F := 3%:R / 4%:R in
  let s' (a : F) := q in let s'' (a : F) := - q in
  [/\ [/\ pd one, 0 < (1 : F) & lambda_ge one 1],
      forall u : 'rV[F]_1, 1 ^+ 2 * sqn u <= sqn (u *m one^T),
      [/\ 0 <= q ^+ 2, forall a, q ^+ 2 <= s' a ^+ 2, forall j : 'I_1, 0 <= (1 : F) /\ 1 ^+ 2 = sqn (row j one^T),
          0 < q & forall a, `|s'' a| * 1 <= q],
      0 <= q /\ q ^+ 2 = sqn (q%:M : 'rV[F]_1) &
      q <= 1 * 1 ^+ 2 * q ^+ 2 / q].
Proof.
move=> one q s' s''; have q0 : 0 < q by rewrite divr_gt0 ?ltr0n.
split.
- by split; [apply: pd1 | exact: ltr01 | move=> v; rewrite quad1 mul1r].
- by move=> u; rewrite trmx1 mulmx1 expr1n mul1r.
- split=> // [|j|a]; first exact: sqr_ge0.
    by split; rewrite ?ler01 // sqnE big_ord1 !mxE !ord1 eqxx.
  by rewrite /s'' normrN gtr0_norm ?mulr1.
- by split; [apply: ltW | rewrite sqnE big_ord1 mxE eqxx mulr1n].
by rewrite expr1n !mul1r expr2 mulfK ?lexx // gt_eqF.
Qed.

(** Above the threshold it fails: the same unit with rho = 1 has H_eff < 0. *)
Lemma part_threshold_needs_bound (s : F -> F) :
  let q : F := 3%:R / 4%:R in let one := 1%:M : 'M[F]_1 in
  ~ psd (effective s (fun=> q) (fun=> - q) (Layer one 0 (Last one 0)) one (1%:M : 'rV_1) (0 : 'rV_1)).
Proof.
move=> q one; have [h _] := part_threshold_attained s (1 : F).
by move=> /(proj1 h); rewrite ler_pdivl_mulr ?ltr0n // mul1r ler_nat.
Qed.

End Hypotheses.
