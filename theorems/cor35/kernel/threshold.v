(** Corollary 3.5: the published and the sharp threshold for definiteness. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.algebra_tactics Require Import ring.
From Geometry Require Import forms semidefinite norms roots positivity.
From Geometry.prop34 Require Import perturbation.
From Geometry.cor35 Require Import cone.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Threshold.

Variable F : rcfType.

(** The Gauss-Newton term (J + E)^T H (J + E) of the perturbed head. *)
Definition perturbed k d (J E : 'M[F]_(k, d)) (H : 'M[F]_k) : 'M[F]_d :=
  (J + E)^T *m H *m (J + E).

(** The square of the sharp threshold: (L^2 - sqrt(L^4 - (lambda / M)^2)) / 2. *)
Definition sharp_square (L M lambda : F) : F :=
  (L ^+ 2 - Num.sqrt (L ^+ 4 - (lambda / M) ^+ 2)) / 2%:R.

Variables (k d : nat) (J E : 'M[F]_(k, d)) (H : 'M[F]_k) (L M lambda eps : F).
Hypotheses (sH : sym H) (lp : 0 < lambda) (Jl : lambda_ge (J^T *m H *m J) lambda).
Hypotheses (JL : norm_le J L) (HM : norm_le H M) (Ee : norm_le E eps).

(** At a unit vector where the perturbed form is not positive. *)
Lemma triangle (v : 'rV[F]_d) : sqn v = 1 -> quad (perturbed J E H) v <= 0 ->
  exists a b : F, [/\ 0 <= a, 0 < b, a ^+ 2 + b ^+ 2 <= L ^+ 2, b ^+ 2 <= eps ^+ 2 &
    (b <= a /\ lambda <= 2%:R * a * b * M) \/ (a < b /\ lambda <= M * (a ^+ 2 + b ^+ 2))].
Proof.
move=> v1 Gv; have hl : lambda <= quad H (v *m J^T).
  by have := Jl v; rewrite quad_pull v1 mulr1.
have hu : 0 < quad H (v *m J^T) by apply: lt_le_trans hl.
have hw : quad H (v *m (J + E)^T) <= 0 by rewrite -quad_pull.
have [a [b [a0 b0 ab bd hc]]] := cone_distance sH HM hu hw; exists a, b; split=> //.
- by rewrite ab; have [_ /(_ v)] := JL; rewrite v1 mulr1.
- apply: le_trans bd _.
  have -> : v *m J^T - v *m (J + E)^T = - (v *m E^T).
    by rewrite linearD mulmxDr opprD addrA subrr add0r.
  by rewrite sqnN; have [_ /(_ v)] := Ee; rewrite v1 mulr1.
by case: hc => -[h1 h2]; [left|right]; split=> //; apply: le_trans h2.
Qed.

(** The perturbed form is definite if no unit vector says otherwise. *)
Lemma definite_unit :
  (forall v : 'rV[F]_d, sqn v = 1 -> quad (perturbed J E H) v <= 0 -> False) ->
  pd (perturbed J E H).
Proof.
move=> h; split=> [|v v0]; first exact: sym_pull.
have [c c0 [e e1 ->]] := normalise v0; rewrite quadZ mulr_gt0 ?exprn_gt0 //.
by rewrite ltNge; apply/negP => /(h e e1).
Qed.

(** lambda <= M L^2, if there is a vector at all. *)
Lemma q_le1 (v : 'rV[F]_d) : sqn v = 1 -> lambda <= M * L ^+ 2.
Proof.
move=> v1; have := Jl v; rewrite quad_pull v1 mulr1 => h; apply: le_trans h _.
apply: le_trans (norm_le_quad_le _ HM) _; rewrite ler_wpmul2l ?(norm_le0 HM) //.
by have [_ /(_ v)] := JL; rewrite v1 mulr1.
Qed.

(** Part [published]. Let lambda_min(J^T H J) >= lambda > 0, |J| <= L, |H| <= M.
    If |E| < lambda / (2 L M) then (J + E)^T H (J + E) is positive definite. *)
Theorem published_threshold : eps < lambda / (2%:R * L * M) -> pd (perturbed J E H).
Proof.
move=> he; apply: definite_unit => v v1 /(triangle v1)[a [b [a0 b0 ab be hc]]].
have e0 := norm_le0 Ee; have L0 := norm_le0 JL; have M0 := norm_le0 HM.
have LM : 0 < L * M.
  rewrite lt_neqAle mulr_ge0 // andbT; apply: contraTneq he => /esym lm.
  by rewrite -mulrA lm mulr0 invr0 mulr0 -leNgt.
have [Lp Mp] : 0 < L /\ 0 < M.
  by split; rewrite lt_neqAle ?L0 ?M0 andbT; apply: contraTneq LM => <-; rewrite ?mul0r ?mulr0 ltxx.
have {}he : eps * (2%:R * L * M) < lambda.
  by rewrite -ltr_pdivl_mulr // !mulr_gt0 ?ltr0Sn.
have aL : a <= L.
  apply: le_sqr => //; apply: le_trans ab; by rewrite ler_addl sqr_ge0.
have {be} be : b <= eps by apply: le_sqr.
case: hc => -[ba hl].
  have : lambda <= eps * (2%:R * L * M).
    apply: le_trans hl _; have -> : 2%:R * a * b * M = (2%:R * M) * (a * b) by ring.
    have -> : eps * (2%:R * L * M) = (2%:R * M) * (L * eps) by ring.
    by rewrite ler_wpmul2l ?mulr_ge0 ?ler0n // ler_pmul // ltW.
  by rewrite leNgt he.
have : lambda <= eps * (2%:R * L * M).
  apply: le_trans hl _.
  have bL : b <= L by apply: le_sqr => //; apply: le_trans ab; rewrite ler_addr sqr_ge0.
  have -> : eps * (2%:R * L * M) = M * (2%:R * (L * eps)) by ring.
  rewrite ler_wpmul2l //; have -> : 2%:R * (L * eps) = L * eps + L * eps by ring.
  have ae : a <= eps by apply: le_trans be; apply: ltW.
  by apply: ler_add; rewrite expr2; apply: ler_pmul => //; apply: ltW.
by rewrite leNgt he.
Qed.

(** Part [sharp], with the square of the threshold: (J + E)^T H (J + E) is positive
    definite for all |E|^2 < (L^2 - sqrt(L^4 - (lambda/M)^2)) / 2. *)
Theorem sharp_threshold : eps ^+ 2 < sharp_square L M lambda -> pd (perturbed J E H).
Proof.
rewrite /sharp_square; move=> he; apply: definite_unit => v v1 h.
have q1 := q_le1 v1; have [a [b [a0 b0 ab be hc]]] := triangle v1 h.
have L0 := norm_le0 JL; have M0 := norm_le0 HM.
have Mp : 0 < M.
  rewrite lt_neqAle M0 andbT; apply: contraTneq lp => m0.
  by rewrite -leNgt -m0 mul0r in q1 *.
have mn : M != 0 by rewrite gt_eqF.
have D0 : 0 <= L ^+ 4 - (lambda / M) ^+ 2.
  have -> : L ^+ 4 = (L ^+ 2) ^+ 2 by ring.
  rewrite subr_ge0 ler_pexpn2r ?nnegrE ?sqr_ge0 //; last by apply: divr_ge0 => //; apply: ltW.
  by rewrite ler_pdivr_mulr // mulrC.
move: he; set r := Num.sqrt _; set e := (_ - r) / _ => he.
have r2 : r ^+ 2 = L ^+ 4 - (lambda / M) ^+ 2 by rewrite sqr_sqrtr.
have r0 : 0 <= r by apply: sqrtr_ge0.
have eE : 4%:R * e * (L ^+ 2 - e) * M ^+ 2 = lambda ^+ 2.
  have -> : 4%:R * e * (L ^+ 2 - e) * M ^+ 2 = (L ^+ 4 - r ^+ 2) * M ^+ 2.
    by rewrite /e; field.
  by rewrite r2; field.
have e2 : 2%:R * e <= L ^+ 2.
  by rewrite /e mulrC divfK ?pnatr_eq0 // ler_subl_addr ler_addl.
have bb : b ^+ 2 < e by apply: le_lt_trans he.
have ep : 0 < e by apply: le_lt_trans bb; apply: sqr_ge0.
have M20 : 0 < M ^+ 2 by rewrite exprn_gt0.
suff : lambda ^+ 2 < lambda ^+ 2 by rewrite ltxx.
rewrite -{2}eE; case: hc => -[ba hl].
  have : lambda ^+ 2 <= 4%:R * b ^+ 2 * (L ^+ 2 - b ^+ 2) * M ^+ 2.
    apply: le_trans (_ : (2%:R * a * b * M) ^+ 2 <= _).
      by rewrite ler_pexpn2r // nnegrE; nonneg.
    have -> : (2%:R * a * b * M) ^+ 2 = 4%:R * b ^+ 2 * M ^+ 2 * a ^+ 2 by ring.
    have -> : 4%:R * b ^+ 2 * (L ^+ 2 - b ^+ 2) * M ^+ 2 = 4%:R * b ^+ 2 * M ^+ 2 * (L ^+ 2 - b ^+ 2) by ring.
    apply: ler_wpmul2l; last by rewrite ler_subr_addr.
    by nonneg.
  move=> h1; apply: le_lt_trans h1 _; rewrite -subr_gt0.
  have -> : 4%:R * e * (L ^+ 2 - e) * M ^+ 2 - 4%:R * b ^+ 2 * (L ^+ 2 - b ^+ 2) * M ^+ 2 =
    4%:R * M ^+ 2 * ((e - b ^+ 2) * (L ^+ 2 - (e + b ^+ 2))) by ring.
  have : 0 < e - b ^+ 2 by rewrite subr_gt0.
  have : 0 < L ^+ 2 - (e + b ^+ 2); last by move=> h1 h2; positive.
  rewrite subr_gt0; apply: lt_le_trans e2; have -> : 2%:R * e = e + e by ring.
  by rewrite ltr_add2l.
have U : a ^+ 2 + b ^+ 2 < 2%:R * e.
  have -> : 2%:R * e = e + e by ring.
  by apply: ltr_add => //; apply: le_lt_trans bb; rewrite ler_pexpn2r ?nnegrE //; apply: ltW.
apply: le_lt_trans (_ : (M * (a ^+ 2 + b ^+ 2)) ^+ 2 < _).
  by rewrite ler_pexpn2r // nnegrE; nonneg.
have -> : 4%:R * e * (L ^+ 2 - e) * M ^+ 2 = M ^+ 2 * (4%:R * e * (L ^+ 2 - e)) by ring.
rewrite exprMn ltr_pmul2l //; apply: lt_le_trans (_ : (2%:R * e) ^+ 2 <= _).
  by rewrite ltr_pexpn2r // nnegrE; nonneg.
have -> : (2%:R * e) ^+ 2 = 4%:R * e * e by ring.
apply: ler_wpmul2l; first (by nonneg); rewrite ler_subr_addr.
by have -> : e + e = 2%:R * e by ring.
Qed.

End Threshold.
