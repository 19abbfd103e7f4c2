(** Corollary 3.5 for positive semidefinite loss Hessians. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.algebra_tactics Require Import ring.
From Geometry Require Import forms semidefinite norms roots positivity.
From Geometry.cor35 Require Import threshold.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Semidefinite.

Variable F : rcfType.

Lemma kappa_leW n (A : 'M[F]_n) K K' : K <= K' -> kappa_le A K -> kappa_le A K'.
Proof.
move=> KK [pA h]; split=> // v w; apply: le_trans (h v w) _; apply: ler_wpmul2r => //.
have [_ qA] := pd_psd pA; have := sqn_ge0 v; have := qA w; move=> h1 h2; nonneg.
Qed.

(** (a +- b)^2 bounds: |sqrt q(u + x)| lies between the difference and the sum. *)
Lemma psd_triangle k (H : 'M[F]_k) (u x : 'rV[F]_k) (a b : F) : psd H -> 0 <= a ->
  0 <= b -> quad H x <= b ^+ 2 ->
  (b <= a -> a ^+ 2 <= quad H u -> (a - b) ^+ 2 <= quad H (u + x)) /\
  (quad H u <= a ^+ 2 -> quad H (u + x) <= (a + b) ^+ 2).
Proof.
move=> pH a0 b0 xb; have [sH qH] := pH.
pose p := Num.sqrt (quad H u); pose r := Num.sqrt (quad H x).
have p2 : quad H u = p ^+ 2 by rewrite sqr_sqrtr.
have r2 : quad H x = r ^+ 2 by rewrite sqr_sqrtr.
have [p0 r0] : 0 <= p /\ 0 <= r by split; apply: sqrtr_ge0.
have rb : r <= b by apply: le_sqr => //; rewrite -r2.
have : `|form H u x| <= p * r.
  apply: norm_le_sqr; first by nonneg.
  by rewrite exprMn -p2 -r2; apply: cauchy_schwarz_psd.
rewrite ler_norml => /andP[f1 f2]; rewrite quadD_sym // p2 r2; split=> [ba ap|pa].
  have {}ap : a <= p by apply: le_sqr.
  apply: le_trans (_ : (p - r) ^+ 2 <= _).
    rewrite ler_pexpn2r ?nnegrE ?subr_ge0 //; first exact: ler_sub.
    by apply: le_trans rb _; apply: le_trans ap.
  have -> : (p - r) ^+ 2 = p ^+ 2 + 2%:R * - (p * r) + r ^+ 2 by ring.
  by rewrite ler_add2r ler_add2l ler_pmul2l ?ltr0Sn.
have {}pa : p <= a by apply: le_sqr.
apply: le_trans (_ : (p + r) ^+ 2 <= _).
  have -> : (p + r) ^+ 2 = p ^+ 2 + 2%:R * (p * r) + r ^+ 2 by ring.
  by rewrite ler_add2r ler_add2l ler_pmul2l ?ltr0Sn.
by rewrite ler_pexpn2r ?nnegrE ?addr_ge0 //; apply: ler_add.
Qed.

Section Bounds.

Variables (k d : nat) (J E : 'M[F]_(k, d)) (H : 'M[F]_k) (M lambda Lambda e : F).
Hypotheses (pH : psd H) (lp : 0 < lambda) (Jl : lambda_ge (J^T *m H *m J) lambda).
Hypotheses (HM : norm_le H M) (Ee : norm_le E e) (he : e < Num.sqrt (lambda / M)).

Lemma below_root : 0 < M /\ Num.sqrt M * e < Num.sqrt lambda.
Proof.
have M0 := norm_le0 HM; have e0 := norm_le0 Ee.
have Mp : 0 < M.
  rewrite lt_neqAle M0 andbT; apply: contraTneq he => <-.
  by rewrite invr0 mulr0 sqrtr0 -leNgt.
split=> //; move: he; rewrite sqrtrM ?ltW // sqrtrV ?ltW // ltr_pdivl_mulr ?sqrtr_gt0 //.
by rewrite mulrC.
Qed.

Lemma quad_E v : quad H (v *m E^T) <= (Num.sqrt M * e * Num.sqrt (sqn v)) ^+ 2.
Proof.
have [Mp _] := below_root; have [e0 /(_ v) hv] := Ee.
apply: le_trans (norm_le_quad_le _ HM) _.
have -> : (Num.sqrt M * e * Num.sqrt (sqn v)) ^+ 2 = M * (e ^+ 2 * sqn v).
  by rewrite !exprMn !sqr_sqrtr ?sqn_ge0 ?(ltW Mp) // mulrA.
by apply: ler_wpmul2l => //; apply: ltW.
Qed.

Lemma perturbedE v : quad (perturbed J E H) v = quad H (v *m J^T + v *m E^T).
Proof. by rewrite quad_pull linearD mulmxDr. Qed.

(** lambda_min of the perturbed form is at least (sqrt lambda - sqrt M |E|)^2. *)
Theorem psd_min : lambda_ge (perturbed J E H) ((Num.sqrt lambda - Num.sqrt M * e) ^+ 2).
Proof.
move=> v; rewrite perturbedE; have [Mp hr] := below_root; have e0 := norm_le0 Ee.
have s0 := sqn_ge0 v; pose t := Num.sqrt (sqn v).
have t0 : 0 <= t by apply: sqrtr_ge0.
have [h _] := @psd_triangle _ _ (v *m J^T) _ (Num.sqrt lambda * t) (Num.sqrt M * e * t) pH
  (mulr_ge0 (sqrtr_ge0 _) t0) (mulr_ge0 (mulr_ge0 (sqrtr_ge0 _) e0) t0) (quad_E v).
have -> : (Num.sqrt lambda - Num.sqrt M * e) ^+ 2 * sqn v =
    (Num.sqrt lambda * t - Num.sqrt M * e * t) ^+ 2.
  by rewrite -mulrBl exprMn sqr_sqrtr.
apply: h; first by apply: ler_wpmul2r => //; apply: ltW.
by rewrite exprMn !sqr_sqrtr ?(ltW lp) // -quad_pull.
Qed.

(** It is positive. *)
Lemma psd_min_pos : 0 < (Num.sqrt lambda - Num.sqrt M * e) ^+ 2.
Proof. by have [_ h] := below_root; rewrite exprn_gt0 // subr_gt0. Qed.

Theorem psd_pd : pd (perturbed J E H).
Proof. exact: lambda_ge_pd (sym_pull _ (psd_sym pH)) psd_min_pos psd_min. Qed.

Hypothesis JL : lambda_le (J^T *m H *m J) Lambda.

(** lambda_max of the perturbed form is at most (sqrt Lambda + sqrt M |E|)^2. *)
Theorem psd_max : lambda_le (perturbed J E H) ((Num.sqrt Lambda + Num.sqrt M * e) ^+ 2).
Proof.
move=> v; rewrite perturbedE; have [Mp hr] := below_root; have e0 := norm_le0 Ee.
have s0 := sqn_ge0 v; pose t := Num.sqrt (sqn v).
have t0 : 0 <= t by apply: sqrtr_ge0.
have [_ h] := @psd_triangle _ _ (v *m J^T) _ (Num.sqrt Lambda * t) (Num.sqrt M * e * t) pH
  (mulr_ge0 (sqrtr_ge0 _) t0) (mulr_ge0 (mulr_ge0 (sqrtr_ge0 _) e0) t0) (quad_E v).
have -> : (Num.sqrt Lambda + Num.sqrt M * e) ^+ 2 * sqn v =
    (Num.sqrt Lambda * t + Num.sqrt M * e * t) ^+ 2.
  by rewrite -mulrDl exprMn sqr_sqrtr.
apply: h; rewrite -quad_pull; apply: le_trans (JL v) _; rewrite exprMn (sqr_sqrtr s0).
apply: ler_wpmul2r => //; have [L0|L0] := leP 0 Lambda; first by rewrite sqr_sqrtr.
by apply: le_trans (sqr_ge0 _); apply: ltW.
Qed.

(** kappa_phi <= ((sqrt kappa + tau) / (1 - tau))^2. *)
Theorem psd_kappa : let kappa := Lambda / lambda in let tau := e * Num.sqrt (M / lambda) in
  kappa_le (perturbed J E H) (((Num.sqrt kappa + tau) / (1 - tau)) ^+ 2).
Proof.
move=> kappa tau; have [Mp hr] := below_root.
have -> : ((Num.sqrt kappa + tau) / (1 - tau)) ^+ 2 =
    (Num.sqrt Lambda + Num.sqrt M * e) ^+ 2 / (Num.sqrt lambda - Num.sqrt M * e) ^+ 2.
  rewrite /kappa /tau ![_ / lambda]mulrC !sqrtrM ?invr_ge0 ?(ltW lp) // !sqrtrV ?(ltW lp) //.
  have an : Num.sqrt lambda != 0 by rewrite gt_eqF ?sqrtr_gt0.
  have dn : Num.sqrt lambda - Num.sqrt M * e != 0 by rewrite subr_eq0 gt_eqF.
  by field; rewrite dn an.
exact: kappa_le_bounds (sym_pull _ (psd_sym pH)) psd_min_pos psd_min psd_max.
Qed.

End Bounds.

End Semidefinite.
