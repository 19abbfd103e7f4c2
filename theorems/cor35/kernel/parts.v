(** Corollary 3.5: the parts [published], [psd], [below] and [beyond], over any real
    closed field. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.algebra_tactics Require Import ring.
From Geometry Require Import forms semidefinite norms roots positivity.
From Geometry.cor35 Require Import threshold semidefinite_losses diagonal_heads.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Parts.

Variable F : rcfType.

(** Part [published]. Let lambda = lambda_min(J^T H J) > 0, |J| <= L, |H| <= M. If
    |E| < lambda / (2 L M) then (J + E)^T H (J + E) is positive definite. *)
Theorem part_published k d (J E : 'M[F]_(k, d)) (H : 'M[F]_k) (L M lambda e : F) :
  sym H -> 0 < lambda -> lambda_min_is (J^T *m H *m J) lambda ->
  norm_le J L -> norm_le H M -> norm_le E e ->
  e < lambda / (2%:R * L * M) -> pd (perturbed J E H).
Proof. by move=> sH lp [Jl _] JL HM Ee; apply: published_threshold. Qed.

(** Part [published], the remark, for positive L, M and lambda. The bound of 3.4 at the threshold
    exceeds lambda by lambda^2 / (4 L^2 M), so that Weyl's inequality does not give definiteness. *)
Theorem part_published_weyl (L M lambda : F) : 0 < L -> 0 < M -> 0 < lambda ->
  let e := lambda / (2%:R * L * M) in
  2%:R * L * M * e + M * e ^+ 2 = lambda + lambda ^+ 2 / (4%:R * L ^+ 2 * M).
Proof. by move=> L0 M0 l0 /=; field; rewrite !gt_eqF. Qed.

(** Part [psd]. If H is positive semidefinite, lambda = lambda_min(J^T H J) > 0, |H| <= M and
    |E| < sqrt(lambda / M), with Lambda = lambda_max(J^T H J), kappa = Lambda / lambda and
    tau = |E| sqrt(M / lambda):
    lambda_min >= (sqrt lambda - sqrt M |E|)^2, lambda_max <= (sqrt Lambda + sqrt M |E|)^2
    and kappa_phi <= ((sqrt kappa + tau) / (1 - tau))^2 for the perturbed head. *)
Theorem part_psd k d (J E : 'M[F]_(k, d)) (H : 'M[F]_k) (M lambda Lambda e : F) :
  psd H -> 0 < lambda -> lambda_min_is (J^T *m H *m J) lambda ->
  lambda_max_is (J^T *m H *m J) Lambda -> norm_le H M -> norm_le E e ->
  e < Num.sqrt (lambda / M) ->
  let kappa := Lambda / lambda in let tau := e * Num.sqrt (M / lambda) in
  [/\ lambda_ge (perturbed J E H) ((Num.sqrt lambda - Num.sqrt M * e) ^+ 2),
      lambda_le (perturbed J E H) ((Num.sqrt Lambda + Num.sqrt M * e) ^+ 2) &
      kappa_le (perturbed J E H) (((Num.sqrt kappa + tau) / (1 - tau)) ^+ 2)].
Proof.
move=> pH lp [Jl _] [JL _] HM Ee he kappa tau.
split; [exact: psd_min | exact: (psd_max pH lp HM Ee he JL) | exact: (psd_kappa pH lp Jl HM Ee he JL)].
Qed.

(** Part [psd], sharpness, for all d >= 2, M > 0, 0 < lambda <= Lambda and |E| < sqrt(lambda / M):
    a head for which all three are equalities. *)
Theorem part_psd_attained d (M lambda Lambda e : F) :
  0 < M -> 0 < lambda -> lambda <= Lambda -> 0 <= e -> e < Num.sqrt (lambda / M) ->
  let kappa := Lambda / lambda in let tau := e * Num.sqrt (M / lambda) in
  exists J E H : 'M[F]_d.+2,
  [/\ [/\ psd H, norm_is H M & norm_is E e],
      lambda_min_is (J^T *m H *m J) lambda /\ lambda_max_is (J^T *m H *m J) Lambda,
      lambda_min_is (perturbed J E H) ((Num.sqrt lambda - Num.sqrt M * e) ^+ 2),
      lambda_max_is (perturbed J E H) ((Num.sqrt Lambda + Num.sqrt M * e) ^+ 2) &
      kappa_is (perturbed J E H) (((Num.sqrt kappa + tau) / (1 - tau)) ^+ 2)].
Proof.
move=> M0 l0 lL e0 he kappa tau.
pose m := Num.sqrt M; pose a := Num.sqrt lambda; pose b := Num.sqrt Lambda.
have L0 : 0 < Lambda by apply: lt_le_trans lL.
have [m0 a0 b0] : [/\ 0 < m, 0 < a & 0 < b] by rewrite !sqrtr_gt0.
have [m2 a2 b2] : [/\ M = m ^+ 2, lambda = a ^+ 2 & Lambda = b ^+ 2].
  by rewrite !sqr_sqrtr //; apply: ltW.
have [mn an bn] : [/\ m != 0, a != 0 & b != 0] by rewrite !gt_eqF.
have ab : a <= b by apply: ler_wsqrtr.
have hE : Num.sqrt (lambda / M) = a / m by rewrite sqrtrM ?sqrtrV //; apply: ltW.
have {}he : e < a / m by rewrite -hE.
have y0 : 0 < a / m by apply: divr_gt0.
have yx : a / m <= b / m by rewrite ler_pmul2r ?invr_gt0.
have [[pH nH nJ nE] h1 h2 h3 h4] := diagonal_instance d M0 y0 yx e0 (ltW he).
have e1 : M * (a / m) ^+ 2 = lambda by rewrite {1}m2 a2; field.
have e2 : M * (b / m) ^+ 2 = Lambda by rewrite {1}m2 b2; field.
have e3 : M * (a / m - e) ^+ 2 = (a - m * e) ^+ 2 by rewrite {1}m2; field.
have e4 : M * (b / m + e) ^+ 2 = (b + m * e) ^+ 2 by rewrite {1}m2; field.
rewrite e1 in h1; rewrite e2 in h2; rewrite e3 in h3; rewrite e4 in h4.
exists (diag3 d (b / m) (a / m) (b / m)), (diag3 d e (- e) 0), M%:M; split=> //.
have ame : 0 < a - m * e by rewrite subr_gt0 mulrC -ltr_pdivl_mulr.
split; first by apply: lambda_ge_pd (proj1 h3); rewrite ?exprn_gt0 //; apply/sym_pull/psd_sym.
exists ((a - m * e) ^+ 2), ((b + m * e) ^+ 2); split=> //.
have -> : tau = e * (m / a) by rewrite /tau sqrtrM ?sqrtrV //; apply: ltW.
have -> : Num.sqrt kappa = b / a by rewrite /kappa sqrtrM ?sqrtrV //; apply: ltW.
by field; rewrite gt_eqF.
Qed.

(** Part [psd], the threshold is sharp: at |E| = sqrt(lambda / M) definiteness can be
    lost, for all d >= 2, M > 0 and 0 < lambda <= Lambda. *)
Theorem part_psd_threshold_attained d (M lambda Lambda : F) :
  0 < M -> 0 < lambda -> lambda <= Lambda ->
  exists J E H : 'M[F]_d.+2,
  [/\ [/\ psd H, norm_is H M & norm_is E (Num.sqrt (lambda / M))],
      lambda_min_is (J^T *m H *m J) lambda, lambda_max_is (J^T *m H *m J) Lambda &
      lambda_min_is (perturbed J E H) 0].
Proof.
move=> M0 l0 lL; have L0 : 0 < Lambda by apply: lt_le_trans lL.
have y0 : 0 < Num.sqrt (lambda / M) by rewrite sqrtr_gt0 divr_gt0.
have yx : Num.sqrt (lambda / M) <= Num.sqrt (Lambda / M).
  by apply: ler_wsqrtr; rewrite ler_pmul2r ?invr_gt0.
have [[pH nH nJ nE] h1 h2 h3 h4] := diagonal_instance d M0 y0 yx (ltW y0) (lexx _).
rewrite subrr expr0n mulr0 in h3.
rewrite !sqr_sqrtr ?divr_ge0 ?(ltW M0) ?(ltW l0) ?(ltW L0) // ![M * _]mulrC !divfK ?gt_eqF // in h1 h2.
pose x := Num.sqrt (Lambda / M); pose y := Num.sqrt (lambda / M).
by exists (diag3 d x y x), (diag3 d y (- y) 0), M%:M.
Qed.

(** Part [psd], the consequence for lambda > 0 and M > 0: kappa_phi <= K if
    |E| <= sqrt(lambda / M) (sqrt K - sqrt kappa) / (sqrt K + 1), for K >= kappa. *)
Theorem part_psd_target k d (J E : 'M[F]_(k, d)) (H : 'M[F]_k) (M lambda Lambda e K : F) :
  psd H -> 0 < lambda -> lambda_min_is (J^T *m H *m J) lambda ->
  lambda_max_is (J^T *m H *m J) Lambda -> 0 < M -> norm_le H M -> norm_le E e ->
  Lambda / lambda <= K ->
  e <= Num.sqrt (lambda / M) * (Num.sqrt K - Num.sqrt (Lambda / lambda)) / (Num.sqrt K + 1) ->
  kappa_le (perturbed J E H) K.
Proof.
move=> pH lp hl hL M0 HM Ee kK he.
have e0 := norm_le0 Ee; have s0 : 0 < Num.sqrt (lambda / M) by rewrite sqrtr_gt0 divr_gt0.
pose s := Num.sqrt (Lambda / lambda); pose S := Num.sqrt K; pose y := Num.sqrt (lambda / M).
have [s00 S0] : 0 <= s /\ 0 <= S by split; apply: sqrtr_ge0.
have S1 : 0 < S + 1 by rewrite ltr_spaddr.
have K0 : 0 <= K.
  apply: le_trans kK; apply: divr_ge0; last exact: ltW.
  case: hL => _ [v v0 e2]; case: hl => hl _; have := hl v; rewrite e2 ler_pmul2r ?sqn_gt0 //.
  by move=> h; apply: le_trans (ltW lp) h.
have sS : s <= S by apply: ler_wsqrtr.
have hy : e < y.
  apply: le_lt_trans he _; rewrite ltr_pdivr_mulr // ltr_pmul2l //.
  by apply: le_lt_trans (_ : S < _); [rewrite ler_subl_addr ler_addl | rewrite ltr_addl].
have [_ _ h] := part_psd pH lp hl hL HM Ee hy; apply: kappa_leW h.
rewrite -/s; set tau := e * _.
have tauE : Num.sqrt (M / lambda) = y^-1.
  by rewrite /y -sqrtrV ?invf_div //; apply: divr_ge0; apply: ltW.
have ht : tau <= (S - s) / (S + 1).
  by rewrite /tau tauE ler_pdivr_mulr // mulrC mulrA.
have t1 : 0 < 1 - tau.
  rewrite subr_gt0; apply: le_lt_trans ht _; rewrite ltr_pdivr_mulr // mul1r.
  by apply: le_lt_trans (_ : S < _); [rewrite ler_subl_addr ler_addl | rewrite ltr_addl].
have t0 : 0 <= tau by rewrite mulr_ge0 ?sqrtr_ge0.
rewrite -[K](sqr_sqrtr K0) -/S ler_pexpn2r ?nnegrE //; last first.
  by apply: divr_ge0; [apply: addr_ge0 | apply: ltW].
rewrite ler_pdivr_mulr // mulrBr mulr1 ler_subr_addr -addrA -{1}[tau]mul1r -mulrDl addrC.
by rewrite -ler_subr_addr mulrC -ler_pdivl_mulr // [1 + S]addrC.
Qed.

(** Part [below]. If H is positive semidefinite, lambda > 0 and |E| < lambda / (2 L M) then
    lambda_min > lambda / 4 and kappa_phi < ((2 kappa + 1) / (2 sqrt kappa - 1))^2 <= 9 kappa. *)
Theorem part_below k d (J E : 'M[F]_(k, d)) (H : 'M[F]_k) (L M lambda Lambda e : F) :
  psd H -> 0 < lambda -> lambda_min_is (J^T *m H *m J) lambda ->
  lambda_max_is (J^T *m H *m J) Lambda -> norm_le J L -> norm_le H M -> norm_le E e ->
  e < lambda / (2%:R * L * M) ->
  let kappa := Lambda / lambda in
  let bound := ((2%:R * kappa + 1) / (2%:R * Num.sqrt kappa - 1)) ^+ 2 in
  [/\ exists2 l, lambda / 4%:R < l & lambda_ge (perturbed J E H) l,
      exists2 K, K < bound & kappa_le (perturbed J E H) K &
      bound <= 9%:R * kappa].
Proof.
move=> pH lp hl hL JL HM Ee he kappa bound.
have e0 := norm_le0 Ee; have L0 := norm_le0 JL; have M0 := norm_le0 HM.
have LM : 0 < L * M.
  rewrite lt_neqAle mulr_ge0 // andbT; apply: contraTneq he => /esym lm.
  by rewrite -mulrA lm mulr0 invr0 mulr0 -leNgt.
have [Lp Mp] : 0 < L /\ 0 < M.
  by split; rewrite lt_neqAle ?L0 ?M0 andbT; apply: contraTneq LM => <-; rewrite ?mul0r ?mulr0 ltxx.
have lL : lambda <= Lambda.
  case: hL => _ [v v0 e2]; case: hl => hl _; have := hl v.
  by rewrite e2 ler_pmul2r ?sqn_gt0.
have LML : Lambda <= M * L ^+ 2.
  case: hL => _ [v v0 e2]; rewrite -(ler_pmul2r (_ : 0 < sqn v)) ?sqn_gt0 // -e2 quad_pull.
  apply: le_trans (norm_le_quad_le _ HM) _; rewrite -mulrA ler_pmul2l //.
  by have [_] := JL; apply.
have Lp' : 0 < Lambda by apply: lt_le_trans lL.
pose m := Num.sqrt M; pose a := Num.sqrt lambda; pose b := Num.sqrt Lambda.
have [m0 a0 b0] : [/\ 0 < m, 0 < a & 0 < b] by rewrite !sqrtr_gt0.
have [m2 a2 b2] : [/\ M = m ^+ 2, lambda = a ^+ 2 & Lambda = b ^+ 2].
  by rewrite !sqr_sqrtr //; apply: ltW.
have [mn an bn] : [/\ m != 0, a != 0 & b != 0] by rewrite !gt_eqF.
have ab : a <= b by apply: ler_wsqrtr.
have bmL : b <= m * L.
  by apply: le_sqr; [nonneg | rewrite exprMn -m2 -b2].
pose x := m * e; have x0 : 0 <= x by nonneg.
have {}he : 2%:R * b * x < a ^+ 2.
  rewrite -a2; have : e * (2%:R * L * M) < lambda by rewrite -ltr_pdivl_mulr //; positive.
  apply: le_lt_trans; rewrite m2; have -> : e * (2%:R * L * m ^+ 2) = 2%:R * (m * L) * x.
    by rewrite /x; ring.
  by apply: ler_wpmul2r => //; rewrite ler_pmul2l ?ltr0Sn.
have xa : 2%:R * x < a.
  rewrite -(ltr_pmul2r a0) -expr2; apply: le_lt_trans he.
  by rewrite mulrAC; apply: ler_wpmul2r => //; rewrite ler_pmul2l ?ltr0Sn.
have ax : 0 < a - x.
  by rewrite subr_gt0; apply: le_lt_trans xa; rewrite mulr_natl mulr2n ler_addl.
have hy : e < Num.sqrt (lambda / M).
  rewrite sqrtrM ?sqrtrV ?(ltW lp) ?(ltW Mp) // ltr_pdivl_mulr // mulrC -/x.
  by rewrite -subr_gt0.
have [h1 h2 _] := part_psd pH lp hl hL HM Ee hy.
rewrite -/m -/a -/b -/x in h1 h2.
have sk : Num.sqrt kappa = b / a by rewrite /kappa sqrtrM ?sqrtrV //; apply: ltW.
have bax : 0 < 2%:R * b - a.
  rewrite subr_gt0; apply: le_lt_trans ab _.
  by rewrite mulr_natl mulr2n ltr_addl.
have bE : bound = ((2%:R * b ^+ 2 + a ^+ 2) / (a * (2%:R * b - a))) ^+ 2.
  rewrite /bound sk /kappa a2 b2; field.
  by rewrite an gt_eqF.
split.
- exists ((a - x) ^+ 2) => //; rewrite a2 -subr_gt0.
  have -> : (a - x) ^+ 2 - a ^+ 2 / 4%:R = (a - 2%:R * x) * (3%:R * a - 2%:R * x) / 4%:R by field.
  have h3 : 0 < a - 2%:R * x by rewrite subr_gt0.
  have h4 : 0 < 3%:R * a - 2%:R * x.
    by rewrite subr_gt0; apply: lt_le_trans xa _; rewrite ler_pmull // (ler_nat _ 1).
  by positive.
- exists ((b + x) ^+ 2 / (a - x) ^+ 2); last first.
    by apply: kappa_le_bounds h1 h2; [exact/sym_pull/psd_sym | exact: exprn_gt0].
  rewrite bE -expr_div_n ltr_pexpn2r ?nnegrE //; last 2 first.
  - by apply: divr_ge0; [nonneg | apply: ltW].
  - by apply: divr_ge0; [nonneg | apply: ltW; positive].
  rewrite ltr_pdivr_mulr // mulrAC ltr_pdivl_mulr; last by positive.
  rewrite -subr_gt0; have -> : (2%:R * b ^+ 2 + a ^+ 2) * (a - x) - (b + x) * (a * (2%:R * b - a)) =
    (a + b) * (a ^+ 2 - 2%:R * b * x) by ring.
  by apply: mulr_gt0; [positive | rewrite subr_gt0].
rewrite bE; have -> : 9%:R * kappa = (3%:R * b / a) ^+ 2 by rewrite /kappa a2 b2; field.
rewrite ler_pexpn2r ?nnegrE //; last 2 first.
- by apply: divr_ge0; [nonneg | apply: ltW; positive].
- by nonneg.
rewrite ler_pdivr_mulr; last by positive.
have -> : 3%:R * b / a * (a * (2%:R * b - a)) = 3%:R * b * (2%:R * b - a) by field.
rewrite -subr_ge0; have -> : 3%:R * b * (2%:R * b - a) - (2%:R * b ^+ 2 + a ^+ 2) =
  (b - a) * (4%:R * b + a) by ring.
by apply: mulr_ge0; [rewrite subr_ge0 | nonneg].
Qed.

(** Part [below], the bound is approached. At every kappa >= 1, and for all L > 0 and M > 0, every
    number K from kappa up to, but not including, the bound ((2 kappa + 1) /
    (2 sqrt kappa - 1))^2 is the condition number of a perturbed head with
    |E| < lambda / (2 L M), where Lambda = M L^2; for all d >= 2. *)
Theorem part_below_approached d (L M kappa K : F) :
  0 < L -> 0 < M -> 1 <= kappa -> kappa <= K ->
  K < ((2%:R * kappa + 1) / (2%:R * Num.sqrt kappa - 1)) ^+ 2 ->
  let Lambda := M * L ^+ 2 in let lambda := Lambda / kappa in
  exists J E H : 'M[F]_d.+2, exists2 e, e < lambda / (2%:R * L * M) &
  [/\ [/\ psd H, norm_is J L, norm_is H M & norm_is E e],
      lambda_min_is (J^T *m H *m J) lambda, lambda_max_is (J^T *m H *m J) Lambda &
      kappa_is (perturbed J E H) K].
Proof.
move=> L0 M0 k1 kK hK Lambda lambda.
have k0 : 0 < kappa by apply: lt_le_trans k1; apply: ltr01.
pose s := Num.sqrt kappa; pose t := Num.sqrt K.
have s0 : 0 < s by rewrite sqrtr_gt0.
have s2 : kappa = s ^+ 2 by rewrite sqr_sqrtr //; apply: ltW.
have t2 : K = t ^+ 2 by rewrite sqr_sqrtr //; apply: le_trans kK; apply: ltW.
have s1 : 1 <= s by rewrite -sqrtr1; apply: ler_wsqrtr.
have st : s <= t by apply: ler_wsqrtr.
have t0 : 0 < t by apply: lt_le_trans st.
have [sn tn] : s != 0 /\ t != 0 by rewrite !gt_eqF.
have c0 : 0 < 2%:R * s - 1.
  by rewrite subr_gt0; apply: le_lt_trans s1 _; rewrite mulr_natl mulr2n ltr_addl.
have {}hK : t * (2%:R * s - 1) < 2%:R * s ^+ 2 + 1.
  rewrite -ltr_pdivl_mulr // -s2 ltNge; apply/negP => h.
  move: hK; rewrite t2 ltNge => /negP; apply; rewrite ler_pexpn2r ?nnegrE //; last exact: ltW.
  by apply: divr_ge0; [nonneg | apply: ltW].
pose y := L / s; pose e := L * (t / s - 1) / (1 + t).
have y0 : 0 < y by positive.
have t1 : 0 < 1 + t by positive.
have e0 : 0 <= e.
  have : 0 <= t / s - 1 by rewrite subr_ge0 ler_pdivl_mulr // mul1r.
  by move=> h; rewrite /e; nonneg.
have t1n : 1 + t != 0 by rewrite gt_eqF.
have eE : L + e = t * (y - e) by rewrite /e /y; field; rewrite t1n sn.
have ye : 0 < y - e.
  rewrite -(pmulr_rgt0 _ t0) -eE; apply: lt_le_trans L0 _; by rewrite ler_addl.
have yL : y <= L by rewrite /y ler_pdivr_mulr // ler_pmulr.
have ey : e <= y by rewrite -subr_ge0; apply: ltW.
have [[pH nH nJ nE] h1 h2 h3 h4] := diagonal_instance d M0 y0 yL e0 ey.
exists (diag3 d L y L), (diag3 d e (- e) 0), M%:M, e.
  rewrite /lambda /Lambda s2 /e.
  have -> : M * L ^+ 2 / s ^+ 2 / (2%:R * L * M) = L / (2%:R * s ^+ 2).
    by field; rewrite sn !gt_eqF.
  rewrite ltr_pdivr_mulr // mulrAC ltr_pdivl_mulr; last by positive.
  rewrite -subr_gt0.
  have -> : L * (1 + t) - L * (t / s - 1) * (2%:R * s ^+ 2) =
    L * (2%:R * s ^+ 2 + 1 - t * (2%:R * s - 1)) by field.
  by apply: mulr_gt0 => //; rewrite subr_gt0.
have e1 : M * y ^+ 2 = lambda by rewrite /lambda /Lambda s2 /y; field.
rewrite e1 in h1; split=> //; split.
  apply: lambda_ge_pd (proj1 h3); last by positive.
  exact/sym_pull/psd_sym.
exists (M * (y - e) ^+ 2), (M * (L + e) ^+ 2); split=> //.
by rewrite eE t2; field; rewrite !gt_eqF.
Qed.

(** Part [beyond]. If H is positive semidefinite then so is (J + E)^T H (J + E), for
    every E. *)
Theorem part_beyond k d (J E : 'M[F]_(k, d)) (H : 'M[F]_k) : psd H -> psd (perturbed J E H).
Proof. exact: psd_pull. Qed.

End Parts.
