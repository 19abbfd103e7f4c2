(** Corollary 3.5, part [sharp]: the threshold eps* = L sin(arcsin(q) / 2) over the reals. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import Rstruct.
From mathcomp.algebra_tactics Require Import ring.
From Geometry Require Import forms semidefinite norms inertia sylvester roots positivity.
From Geometry.cor35 Require Import threshold semidefinite_losses padded half_arcsine.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Local Notation R := Rdefinitions.R.

Lemma two_neq0 : (2%:R : R) != 0.
Proof. by rewrite pnatr_eq0. Qed.

Lemma half_div (x : R) : x / 2%:R = Rdiv x 2.
Proof. by rewrite RdivE ?two_neq0. Qed.

Lemma lt_sqr (a b : R) : 0 <= b -> a ^+ 2 < b ^+ 2 -> a < b.
Proof.
move=> b0; rewrite !ltNge; apply: contra => ba.
by rewrite ler_pexpn2r ?nnegrE // (le_trans b0).
Qed.

Section Values.

Variables (L M lambda : R).
Hypotheses (L0 : 0 < L) (M0 : 0 < M) (l0 : 0 < lambda) (q1 : lambda <= M * L ^+ 2).
Let q := lambda / (M * L ^+ 2).

Lemma q_pos : 0 < q.
Proof. by apply: divr_gt0 => //; positive. Qed.

Lemma q_le : q <= 1.
Proof. by rewrite /q ler_pdivr_mulr ?mul1r //; positive. Qed.

Lemma q_range : Rlt 0 q /\ Rle q 1.
Proof. by split; [apply/RltP; apply: q_pos | apply/RleP; apply: q_le]. Qed.

Lemma sharp_thresholdE : sharp_threshold_of L M lambda = L * sin (Rdiv (asin q) 2).
Proof.
have n : M * L ^+ 2 != 0 by rewrite gt_eqF //; positive.
by rewrite /sharp_threshold_of RpowE -[Rmult M _]/(M * L ^+ 2) (RdivE _ n).
Qed.

Lemma sharp_threshold_gt0 : 0 < sharp_threshold_of L M lambda.
Proof.
rewrite sharp_thresholdE; apply: mulr_gt0 => //; apply/RltP.
exact: sin_half_pos q_range.
Qed.

(** Its square is (L^2 - sqrt(L^4 - (lambda / M)^2)) / 2. *)
Lemma sharp_threshold_sqr : sharp_threshold_of L M lambda ^+ 2 = sharp_square L M lambda.
Proof.
rewrite sharp_thresholdE; have := sin_half_sqr _ q_range; set s := sin _.
have -> : Rdiv (Rminus 1 (sqrt (Rminus 1 (Rmult q q)))) 2 = (1 - Num.sqrt (1 - q ^+ 2)) / 2%:R.
  rewrite half_div RsqrtE //.
  rewrite -[Rminus _ _]/(1 - q * q) subr_ge0 mulr_ile1 ?q_le //; exact/ltW/q_pos.
move=> h; have {}h : s ^+ 2 = (1 - Num.sqrt (1 - q ^+ 2)) / 2%:R by rewrite expr2.
rewrite exprMn h /sharp_square.
have -> : L ^+ 4 - (lambda / M) ^+ 2 = (L ^+ 2) ^+ 2 * (1 - q ^+ 2).
  by rewrite /q; field; rewrite !gt_eqF.
by rewrite sqrtrM ?sqr_ge0 // sqrtr_sqr ger0_norm ?sqr_ge0 //; field.
Qed.

(** Part [sharp], the comparison, for positive L, M, lambda with q <= 1. The published threshold
    is eps* cos(arcsin(q) / 2), and the factor lies in [1/sqrt 2, 1). *)
Theorem part_sharp_published :
  lambda / (2%:R * L * M) = sharp_threshold_of L M lambda * half_cosine q /\
  (Num.sqrt 2%:R)^-1 <= half_cosine q < 1.
Proof.
rewrite sharp_thresholdE /half_cosine; split.
  have := sin_cos_half _ q_range; set s := sin _; set c := cos _ => e.
  have {}e : 2%:R * s * c = q by [].
  have -> : L * s * c = L * q / 2%:R by rewrite -e; field.
  by rewrite /q; field; rewrite !gt_eqF.
have [/RleP h1 /RltP h2] := cos_half_bounds _ q_range.
have s2 : sqrt 2 = Num.sqrt (2%:R : R) by rewrite RsqrtE //; exact: (ler0n _ 2).
have n2 : Num.sqrt (2%:R : R) != 0 by rewrite gt_eqF // sqrtr_gt0 ltr0Sn.
by rewrite h2 andbT -RinvE ?n2 // -s2.
Qed.

End Values.

(** Part [sharp]. With q = lambda / (M L^2), lambda = lambda_min(J^T H J) > 0, |J| <= L and
    |H| <= M: q <= 1 where d >= 1, and (J + E)^T H (J + E) is positive definite for all
    |E| < eps* = L sin(arcsin(q) / 2). *)
Theorem part_sharp k d (J E : 'M[R]_(k, d)) (H : 'M[R]_k) (L M lambda e : R) :
  sym H -> 0 < lambda -> lambda_min_is (J^T *m H *m J) lambda ->
  norm_le J L -> norm_le H M ->
  lambda / (M * L ^+ 2) <= 1 /\
  (norm_le E e -> e < sharp_threshold_of L M lambda -> pd (perturbed J E H)).
Proof.
move=> sH l0 [hl [v v0 hv]] JL HM.
have L0 := norm_le0 JL; have M0 := norm_le0 HM.
have q1 : lambda <= M * L ^+ 2.
  have [c c0 [w w1 _]] := normalise v0.
  exact: q_le1 hl JL HM w w1.
have p : 0 < M * L ^+ 2 by apply: lt_le_trans q1.
have [Mp Lp] : 0 < M /\ 0 < L.
  split; rewrite lt_neqAle ?L0 ?M0 andbT; apply: contraTneq p => <-.
    by rewrite mul0r ltxx.
  by rewrite expr0n mulr0 ltxx.
split=> [|Ee he]; first by rewrite ler_pdivr_mulr // mul1r.
apply: (sharp_threshold sH l0 hl JL HM Ee); rewrite -sharp_threshold_sqr //.
have e0 := norm_le0 Ee.
by rewrite ltr_pexpn2r ?nnegrE // ltW // sharp_threshold_gt0.
Qed.

(** Part [sharp], best possible: for all positive L, M, lambda with q <= 1, all d >= 1 and
    k >= d + 1 (d is 1 + d' here, and k is 2 + d' + m) a head and a perturbation with |E| = eps*
    whose form is not positive definite. *)
Theorem part_sharp_attained d m (L M lambda : R) : 0 < L -> 0 < M -> 0 < lambda ->
  lambda / (M * L ^+ 2) <= 1 ->
  exists (J E : 'M[R]_(2 + (d + m), 1 + d)) (H : 'M[R]_(2 + (d + m))),
  [/\ sym H, norm_is H M, norm_is J L, norm_is E (sharp_threshold_of L M lambda) &
      lambda_min_is (J^T *m H *m J) lambda /\
      exists2 v, v != 0 & quad (perturbed J E H) v = 0].
Proof.
move=> L0 M0 l0 q1; have p : 0 < M * L ^+ 2 by positive.
have {}q1 : lambda <= M * L ^+ 2 by rewrite ler_pdivr_mulr // mul1r in q1.
have [J [E [H [sH nH nJ nE h]]]] := padded_instance d m L0 M0 l0 q1.
exists J, E, H; split=> //; move: nE; rewrite -sharp_threshold_sqr // sqrtr_sqr ger0_norm //.
by apply: ltW; apply: sharp_threshold_gt0.
Qed.

(** Part [sharp], k = d: J^T H J positive definite forces H to be so (Sylvester), and the
    larger threshold sqrt(lambda / M) for positive semidefinite H applies. *)
Theorem part_sharp_square d (J E : 'M[R]_d) (H : 'M[R]_d) (M lambda e : R) :
  sym H -> 0 < lambda -> lambda_min_is (J^T *m H *m J) lambda ->
  pd H /\ (norm_le H M -> norm_le E e -> e < Num.sqrt (lambda / M) -> pd (perturbed J E H)).
Proof.
move=> sH l0 [hl _]; have pG := lambda_ge_pd (sym_pull J sH) l0 hl.
have pH : pd H.
  apply/(n_plus_full sH)/eqP; rewrite eqn_leq n_plus_le /=.
  have /(n_plus_full (sym_pull J sH)) e1 := pG.
  by rewrite -{1}e1; apply: n_plus_pull_le.
by split=> // HM Ee he; apply: psd_pd he => //; apply: pd_psd.
Qed.

(** Part [sharp], k = d: the threshold sqrt(lambda / M) is larger than eps*. *)
Theorem part_sharp_larger (L M lambda : R) : 0 < L -> 0 < M -> 0 < lambda ->
  lambda / (M * L ^+ 2) <= 1 -> sharp_threshold_of L M lambda < Num.sqrt (lambda / M).
Proof.
move=> L0 M0 l0 q1; have p : 0 < M * L ^+ 2 by positive.
have {}q1 : lambda <= M * L ^+ 2 by rewrite ler_pdivr_mulr // mul1r in q1.
have r0 : 0 <= lambda / M by apply: ltW; positive.
apply: lt_sqr; first exact: sqrtr_ge0.
rewrite sharp_threshold_sqr // sqr_sqrtr // /sharp_square.
set y := lambda / M; have y0 : 0 < y by apply: divr_gt0.
have yL : y <= L ^+ 2 by rewrite /y ler_pdivr_mulr // mulrC.
rewrite ltr_pdivr_mulr ?ltr0Sn // ltr_subl_addl -ltr_subl_addr.
have [h|h] := ltP (L ^+ 2 - y * 2%:R) 0; first by apply: lt_le_trans h (sqrtr_ge0 _).
apply: lt_sqr; first exact: sqrtr_ge0.
rewrite sqr_sqrtr; last by rewrite subr_ge0 (_ : L ^+ 4 = (L ^+ 2) ^+ 2) ?ler_pexpn2r ?nnegrE ?sqr_ge0 ?(ltW y0) //; ring.
rewrite -subr_gt0; have -> : L ^+ 4 - y ^+ 2 - (L ^+ 2 - y * 2%:R) ^+ 2 = y * (4%:R * L ^+ 2 - 5%:R * y) by ring.
apply: mulr_gt0 => //; rewrite subr_gt0.
rewrite -subr_gt0; have -> : 4%:R * L ^+ 2 - 5%:R * y = 4%:R * (L ^+ 2 - y * 2%:R) + 3%:R * y by ring.
by apply: ltr_paddl; [nonneg | positive].
Qed.
