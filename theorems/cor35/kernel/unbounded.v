(** Corollary 3.5, part [indefinite], over the reals: no bound of kappa_phi depends on
    kappa alone. *)

From Coq Require Import Reals.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import Rstruct.
From mathcomp.algebra_tactics Require Import ring.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import forms semidefinite norms positivity.
From Geometry.cor35 Require Import threshold padded indefinite half_arcsine.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Local Notation R := Rdefinitions.R.

Section Values.

Variable q : R.
Hypotheses (q0 : 0 < q) (q1 : q <= 1).

Lemma half_cosineE : half_cosine q = half_cosine_root q.
Proof.
have qr : Rlt 0 q /\ Rle q 1 by split; [apply/RltP | apply/RleP].
have c0 : 0 <= half_cosine q by apply/RleP; apply: Rlt_le; apply: cos_half_pos.
have := cos_half_sqr _ qr; rewrite -/(half_cosine q) => c2.
have q21 : 0 <= 1 - q ^+ 2 by rewrite subr_ge0 expr_le1 // ltW.
have c3 : half_cosine q ^+ 2 = (1 + Num.sqrt (1 - q ^+ 2)) / 2%:R.
  have n2 : (2%:R : R) != 0 by rewrite pnatr_eq0.
  by rewrite expr2 -[_ * _]/(Rmult (half_cosine q) (half_cosine q)) c2 (RdivE _ n2) RsqrtE.
have -> : half_cosine_root q = Num.sqrt (half_cosine q ^+ 2) by rewrite c3.
by rewrite sqrtr_sqr ger0_norm.
Qed.

Lemma cot_quarterE : half_cosine_root q < 1 ->
  cot_quarter_square q = (1 + half_cosine_root q) / (1 - half_cosine_root q).
Proof.
move=> C1; have qr : Rlt 0 q /\ Rle q 1 by split; [apply/RltP | apply/RleP].
rewrite /cot_quarter_square (cot_quarter _ qr) -/(half_cosine q) half_cosineE RdivE //.
by rewrite gt_eqF // subr_gt0.
Qed.

(** Part [indefinite], the example, for 0 < q <= 1. At |E| = lambda / (2 L M), with
    L = M = 1 and lambda = q, a head with kappa = 1 is sent to kappa_phi = cot^2(arcsin(q) / 4). *)
Theorem part_indefinite_example : exists (J E : 'M[R]_(2 + 2, 1 + 1)) (H : 'M[R]_(2 + 2)),
  [/\ [/\ sym H, norm_is H 1, norm_is J 1 & norm_is E (q / (2%:R * 1 * 1))],
      lambda_min_is (J^T *m H *m J) q, kappa_is (J^T *m H *m J) 1 &
      kappa_is (perturbed J E H) (cot_quarter_square q)].
Proof.
have [J [E [H [[sH nH nJ nE] G C1 k]]]] := two_saddles q0 q1.
have d0 : (delta_mx 0 0 : 'rV[R]_(1 + 1)) != 0 by rewrite -sqn_gt0 sqn_delta ltr01.
have mn : lambda_min_is (q%:M : 'M_(1 + 1)) q.
  by split=> [v|]; [rewrite quad_scalar | exists (delta_mx 0 0); rewrite ?quad_scalar].
have mx' : lambda_max_is (q%:M : 'M_(1 + 1)) q.
  by split=> [v|]; [rewrite quad_scalar | exists (delta_mx 0 0); rewrite ?quad_scalar].
exists J, E, H; split=> //; rewrite ?mulr1 ?G //.
  split; first by apply: lambda_ge_pd (proj1 mn) => //; apply: sym_scalar.
  by exists q, q; rewrite divff // gt_eqF.
by rewrite cot_quarterE.
Qed.

Lemma cot_quarter_large : 2%:R / q ^+ 2 <= cot_quarter_square q.
Proof.
have [J [E [H [_ _ C1 _]]]] := two_saddles q0 q1.
by rewrite cot_quarterE // two_saddles_large.
Qed.

End Values.

(** Part [indefinite], its consequence: for every number K a head with kappa = 1 and
    |E| = lambda / (2 L M) is sent to kappa_phi > K. *)
Theorem part_indefinite_unbounded (K : R) :
  exists (J E : 'M[R]_(2 + 2, 1 + 1)) (H : 'M[R]_(2 + 2)) (lambda K' : R),
  [/\ [/\ sym H, norm_is H 1, norm_is J 1 & norm_is E (lambda / (2%:R * 1 * 1))],
      lambda_min_is (J^T *m H *m J) lambda, kappa_is (J^T *m H *m J) 1,
      kappa_is (perturbed J E H) K' & K < K'].
Proof.
pose q : R := (1 + `|K|)^-1; have d0 : 0 < 1 + `|K| by rewrite ltr_spaddl.
have q0 : 0 < q by rewrite invr_gt0.
have q1 : q <= 1 by rewrite invf_le1 // ler_addl.
have [J [E [H [a b c k]]]] := part_indefinite_example q0 q1.
exists J, E, H, q, (cot_quarter_square q); split=> //.
apply: lt_le_trans (cot_quarter_large q0 q1).
have -> : 2%:R / q ^+ 2 = 2%:R * (1 + `|K|) ^+ 2 by rewrite /q exprVn invrK.
apply: le_lt_trans (ler_norm K) _; apply: lt_le_trans (_ : 1 + `|K| <= _).
  by rewrite ltr_addr.
have h : 1 <= 1 + `|K| by rewrite ler_addl.
apply: le_trans (_ : (1 + `|K|) ^+ 2 <= _); first by rewrite expr2 ler_pmull.
by rewrite ler_pmull ?exprn_gt0 // (ler_nat _ 1).
Qed.

(** Part [indefinite], the value at q = 7/25: 99 + 70 sqrt 2. *)
Theorem part_indefinite_value : cot_quarter_square (Rdiv 7 25) = Rplus 99 (Rmult 70 (sqrt 2)).
Proof. exact: cot_quarter_exact. Qed.

(** Part [indefinite], the growth: q^2 cot^2(arcsin(q) / 4) tends to 16 as q tends to 0. *)
Theorem part_indefinite_growth :
  is_lim (fun q : R => Rmult (Rpow_def.pow q 2) (cot_quarter_square q)) (Finite (IZR 0)) (Finite (IZR 16)).
Proof. exact: cot_quarter_limit. Qed.
