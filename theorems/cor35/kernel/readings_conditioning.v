(** Corollary 3.5: the reading [conditioning-gauss-newton-psd], and what it needs. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import Rstruct.
From mathcomp.algebra_tactics Require Import ring.
From Geometry Require Import forms semidefinite norms positivity.
From Geometry.cor35 Require Import threshold diagonal_heads indefinite parts met.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Local Notation R := Rdefinitions.R.

(** Reading [conditioning-gauss-newton-psd] holds: below the threshold, with one loss Hessian
    H >= 0, J_phi^T H J_phi is positive definite and its condition number is less than
    9 kappa, where kappa = Lambda / lambda is that of J^T H J. *)
Theorem reading_conditioning_gauss_newton_psd k d (J Jphi : 'M[R]_(k, d)) (H : 'M[R]_k)
    (L M lambda Lambda eps : R) :
  psd H -> 0 < lambda -> lambda_min_is (J^T *m H *m J) lambda ->
  lambda_max_is (J^T *m H *m J) Lambda -> norm_le J L -> norm_le H M ->
  norm_le (Jphi - J) eps -> eps < lambda / (2%:R * L * M) ->
  let kappa := Lambda / lambda in
  (exists2 K, K < 9%:R * kappa & kappa_le (Jphi^T *m H *m Jphi) K) /\
  forall kappa_phi, kappa_is (Jphi^T *m H *m Jphi) kappa_phi -> kappa_phi < 9%:R * kappa.
Proof.
move=> pH l0 hl hL JL HM hE he kappa.
have [_ [K KB kK] B9] := part_below pH l0 hl hL JL HM hE he.
have {KB B9} K9 : K < 9%:R * kappa by apply: lt_le_trans B9.
rewrite /perturbed addrC subrK in kK; split=> [|x hx]; first by exists K.
exact: le_lt_trans (kappa_le_is hx kK) K9.
Qed.

(** Its hypotheses can be met, for all d >= 2 and k = d. *)
Lemma reading_conditioning_gauss_newton_psd_met d : exists (J Jphi H : 'M[R]_d.+2),
  [/\ psd H, lambda_min_is (J^T *m H *m J) 1, lambda_max_is (J^T *m H *m J) 1, norm_le J 1 &
  [/\ norm_le H 1, norm_le (Jphi - J) 4%:R^-1 & 4%:R^-1 < 1 / (2%:R * 1 * 1) :> R]].
Proof.
have [pH h1 h2 nJ [nH nE e1]] := part_below_met R_rcfType d.
exists (diag3 d 1 1 1), (diag3 d 1 1 1 + diag3 d 4%:R^-1 (- 4%:R^-1) 0), 1%:M.
by split=> //; split=> //; rewrite addrC addKr.
Qed.

(** It needs H >= 0: for every C there are a symmetric H and heads below the threshold with
    kappa = 1 and kappa_phi > C. *)
Theorem reading_conditioning_gauss_newton_psd_needs_psd (C : R) :
  exists (J Jphi : 'M[R]_(2 + 2, 1 + 1)) (H : 'M[R]_(2 + 2)) (L M lambda eps : R),
  [/\ [/\ sym H, norm_le J L & norm_le H M], 0 < lambda /\ lambda_min_is (J^T *m H *m J) lambda,
      norm_le (Jphi - J) eps /\ eps < lambda / (2%:R * L * M), kappa_is (J^T *m H *m J) 1 &
      exists2 K, kappa_is (Jphi^T *m H *m Jphi) K & C < K].
Proof.
have [q [t [J [E [H [q0 t1 [sH [nH _] [nJ _] [nE _]] G kE]]]]]] := two_saddles_unbounded C.
have d1 : (delta_mx 0 0 : 'rV[R]_(1 + 1)) != 0 by apply: delta_neq0.
have mn : lambda_min_is (q%:M : 'M[R]_(1 + 1)) q.
  by split=> [v|]; [rewrite quad_scalar | exists (delta_mx 0 0); rewrite ?quad_scalar].
have mx : lambda_max_is (q%:M : 'M[R]_(1 + 1)) q.
  by split=> [v|]; [rewrite quad_scalar | exists (delta_mx 0 0); rewrite ?quad_scalar].
exists J, (J + E), H, 1, 1, q, (t * q / 2%:R); rewrite G; split=> //.
- split; first by rewrite addrC addKr.
  by rewrite !mulr1 ltr_pmul2r ?invr_gt0 ?ltr0Sn // -[X in _ < X]mul1r ltr_pmul2r.
split; first by apply: lambda_ge_pd (proj1 mn) => //; apply: sym_scalar.
by exists q, q; rewrite divff // gt_eqF.
Qed.

(** It needs one loss Hessian: for every C >= 1 there are positive definite H and H_phi, with
    J = J_phi = I, so that the error is 0, kappa = 1 and kappa_phi = C; for all d >= 2. *)
Theorem reading_conditioning_gauss_newton_psd_needs_one_hessian d (C : R) : 1 <= C ->
  exists J H Hphi : 'M[R]_d.+2,
  [/\ pd H /\ pd Hphi, [/\ norm_le J 1, norm_le H 1 & norm_le Hphi 1],
      lambda_min_is (J^T *m H *m J) 1, kappa_is (J^T *m H *m J) 1 & kappa_is (J^T *m Hphi *m J) C].
Proof.
move=> C1; have C0 : 0 < C by apply: lt_le_trans C1; apply: ltr01.
have c0 : 0 < C^-1 by rewrite invr_gt0.
have c1 : C^-1 <= 1 by rewrite invf_le1.
pose D := diag3 d 1 C^-1 (1 : R); have sD : sym D by apply: sym_diag.
have mn : lambda_min_is D C^-1 by apply: diag3_min.
have mx : lambda_max_is D 1 by apply: diag3_max.
have pD : pd D by apply: lambda_ge_pd (proj1 mn).
have [nD _] : norm_is D 1 by apply: diag3_norm; rewrite ?ler01 ?normr1 // ger0_norm // ltW.
have d1 : (delta_mx 0 0 : 'rV[R]_d.+2) != 0 by apply: delta_neq0.
have m1 : lambda_min_is (1%:M : 'M[R]_d.+2) 1.
  by split=> [v|]; [rewrite quad_scalar | exists (delta_mx 0 0); rewrite ?quad_scalar].
have x1 : lambda_max_is (1%:M : 'M[R]_d.+2) 1.
  by split=> [v|]; [rewrite quad_scalar | exists (delta_mx 0 0); rewrite ?quad_scalar].
have [n1 _] : norm_is (1%:M : 'M[R]_d.+2) 1 by apply: scalar_norm; apply: ler01.
exists 1%:M, 1%:M, D; rewrite trmx1 !mulmx1 mul1mx; split=> //; first by split=> //; apply: pd1.
  by split; [apply: pd1 | exists 1, 1; rewrite divff ?oner_neq0].
by split=> //; exists C^-1, 1; rewrite div1r invrK.
Qed.
