(** * The kernel criterion *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Geometry Require Import forms semidefinite diagonal inertia norms subspaces pseudoinverse expansions differential.
From Geometry.thm41 Require Import direction.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Criterion.
Variable F : realFieldType.

Lemma form_delta n (A : 'M[F]_n) (x : 'rV_n) i : form A x (delta_mx 0 i) = (x *m A) 0 i.
Proof. by rewrite /form trmx_delta -colE mxE. Qed.

Lemma quad_delta n (A : 'M[F]_n) i : quad A (delta_mx 0 i) = A i i.
Proof. by rewrite /quad form_delta -rowE mxE. Qed.

(** A form that vanishes on the kernel of a positive semidefinite one is dominated by it. *)
Lemma psd_dominates n (G S : 'M[F]_n) : psd G -> sym S -> (forall x : 'rV_n, x *m G = 0 -> x *m S = 0) ->
  exists2 c, 0 < c & forall x, `|quad S x| <= c * quad G x.
Proof.
move=> pG sS ker; have [sG G0] := pG; set P := pseudoinverse G.
have sP : sym P by apply: pseudoinverse_sym.
have [p1 _ _ _] := pseudoinverseP G; rewrite -/P in p1.
have S1 : G *m P *m S = S.
  apply/eqP; rewrite -subr_eq0 -[X in _ - X]mul1mx -mulmxBl; apply/eqP/row_matrixP => i.
  by rewrite row0 row_mul ker // -row_mul mulmxBl p1 mul1mx subrr row0.
have S2 : S *m P *m G = S by rewrite -[RHS]sS -[in RHS]S1 !trmx_mul sS sP sG mulmxA.
have G1 i : 0 <= G i i by rewrite -quad_delta.
pose T := \sum_i G i i; have T0 : 0 <= T by apply: sumr_ge0.
pose B := P *m S *m P; exists (norm1 B * T + 1).
  by rewrite ltr_paddl ?ltr01 ?mulr_ge0 ?norm1_ge0.
move=> x; pose y := x *m G.
have Q0 := G0 x; have TQ : 0 <= T * quad G x by rewrite mulr_ge0.
have -> : quad S x = quad B y.
  rewrite /quad /form /B /y trmx_mul sG !mulmxA.
  have e : G *m P *m S *m P *m G = S by rewrite S1 S2.
  by rewrite -{1}e !mulmxA.
have yi i : y 0 i ^+ 2 <= T * quad G x.
  rewrite /y -form_delta; apply: le_trans (cauchy_schwarz_psd _ _ pG) _.
  rewrite mulrC; apply: ler_wpmul2r => //; rewrite quad_delta /T (bigD1 i) //= ler_addl.
  by apply: sumr_ge0.
have yij i j : `|y 0 i * y 0 j| <= T * quad G x.
  apply: norm_le_sqr => //; rewrite exprMn [X in _ <= X]expr2.
  by apply: ler_pmul; rewrite ?sqr_ge0.
apply: le_trans (_ : norm1 B * (T * quad G x) <= _); last first.
  by rewrite mulrDl mul1r mulrA ler_addl.
rewrite /quad formE dotE; apply: le_trans (ler_norm_sum _ _ _) _.
rewrite /norm1 exchange_big mulr_suml /=; apply: ler_sum => j _.
rewrite [(y *m B) 0 j]mxE [X in `|X|]mulr_suml [X in _ <= X]mulr_suml; apply: le_trans (ler_norm_sum _ _ _) _.
apply: ler_sum => i _; rewrite mulrAC normrM [X in X <= _]mulrC; apply: ler_wpmul2l; first exact: normr_ge0.
exact: yij.
Qed.

Section Split.
Variables (n : nat) (G M : 'M[F]_n).
Hypotheses (psdG : psd G) (symM : sym M).

(** The form of M on K = ker G, in the coordinates of a spanning family of K. *)
Let K := kermx G.
Let MK := K *m M *m K^T.

(** v^T M v < 0 for some v in K, or v^T M v = 0 and M v != 0. *)
Definition bad : Prop := exists2 v : 'rV_n, (v <= kermx G)%MS & quad M v < 0 \/ (quad M v = 0 /\ v *m M != 0).

Lemma symMK : sym MK. Proof. exact: sym_congr. Qed.

(** Either there is such a v, or M = S + B with S = 0 on K and B >= 0. *)
Lemma bad_or_split : bad \/ exists S B, [/\ M = S + B, sym S, psd B &
  forall x : 'rV_n, x *m G = 0 -> x *m S = 0].
Proof.
have [[V [rV nV]] maxV] := proj1 (n_minusP MK (n_minus MK)) erefl.
have qK (c : 'rV_n) : quad M (c *m K) = quad MK c by rewrite /MK quad_congr.
have [n0|n0] := posnP (n_minus MK); last first.
  have V0 : V != 0 by rewrite -mxrank_eq0 rV -lt0n.
  have /rowV0Pn[c cV c0] := V0.
  by left; exists (c *m K); [apply: submxMl | left; rewrite qK; apply: nV].
have pMK : psd MK.
  split=> [|c]; first exact: symMK.
  rewrite leNgt; apply/negP => c0.
  have : negative_on MK c.
    move=> x /sub_rVP[a ->]; rewrite scaler_eq0 => /norP[a0 _].
    by rewrite quadZ pmulr_rlt0 // lt_neqAle eq_sym sqrf_eq0 a0 sqr_ge0.
  move/negative_leq; rewrite n0 leqn0 mxrank_eq0 => /eqP cz.
  by rewrite cz quad0 ltxx in c0.
have [e|/rowV0Pn[w /submxP[u ->] w0]] := eqVneq (kermx MK *m K *m M) 0; last first.
  left; exists (u *m kermx MK *m K); first exact: submxMl.
  right; split; last by rewrite -!mulmxA mulmxA in w0 *.
  by rewrite qK /quad /form -[u *m _ *m MK]mulmxA mulmx_ker mulmx0 mul0mx mxE.
right; set P := pseudoinverse MK; have sP : sym P by apply/pseudoinverse_sym/symMK.
have [p1 p2 _ _] := pseudoinverseP MK; rewrite -/P in p1 p2.
pose B := M *m K^T *m P *m (M *m K^T)^T.
have pP : psd P by rewrite -p2 -{2}sP; apply: psd_congr.
exists (M - B), B; split; rewrite ?subrK //.
- by apply: symB => //; case: (psd_congr (M *m K^T) pP).
- exact: psd_congr.
move=> x /sub_kermxP /submxP[u ->].
have -> : u *m K *m (M - B) = u *m ((1%:M - MK *m P) *m K *m M).
  have -> : B = M *m K^T *m P *m K *m M by rewrite /B [(M *m K^T)^T]trmx_mul trmxK symM !mulmxA.
  by rewrite mulmxBr !mulmxBl mul1mx mulmxBr /MK !mulmxA.
have /sub_kermxP/submxP[W ->] : (1%:M - MK *m P) *m MK = 0 by rewrite mulmxBl mul1mx p1 subrr.
have -> : W *m kermx MK *m K *m M = W *m (kermx MK *m K *m M) by rewrite !mulmxA.
by rewrite e !mulmx0.
Qed.

Lemma sym_family t : sym (G + t *: M).
Proof. by apply: symD; [case: psdG | apply: symZ]. Qed.

(** The two conditions suffice for every t > 0. *)
Lemma bad_unstable t : 0 < t -> bad -> unstable (G + t *: M).
Proof.
move=> t0 [v /sub_kermxP vG [neg|[z0 nz]]].
  exists v; rewrite quad_mxD quad_mxZ {1}/quad /form vG mul0mx mxE add0r.
  by rewrite pmulr_rlt0.
apply: (isotropic_unstable (v := v)); first exact: sym_family.
  by rewrite quad_mxD quad_mxZ z0 mulr0 addr0 /quad /form vG mul0mx mxE.
by rewrite mulmxDr vG add0r -scalemxAr scaler_eq0 negb_or nz gt_eqF.
Qed.

(** Without them G + t M >= 0 for small t > 0. *)
Lemma bad_or_stable : bad \/ exists2 c, 0 < c & forall t, 0 < t -> t < c -> psd (G + t *: M).
Proof.
have [b|[S [B [ME sS pB SK]]]] := bad_or_split; first by left.
right; have [c c0 dom] := psd_dominates psdG sS SK.
exists c^-1; first by rewrite invr_gt0.
move=> t t0 tc; split=> [|x]; first exact: sym_family.
rewrite ME quad_mxD quad_mxZ quad_mxD mulrDr addrA; apply: addr_ge0; last first.
  by rewrite mulr_ge0 ?(ltW t0) //; case: pB.
have tc1 : t * c <= 1 by rewrite -ler_pdivl_mulr // div1r ltW.
have G0 : 0 <= quad G x by case: psdG.
have := dom x; rewrite ler_norml => /andP[h _].
rewrite -[X in _ <= _ + X]opprK subr_ge0 -mulrN.
apply: le_trans (_ : t * (c * quad G x) <= _); first by apply: ler_wpmul2l; rewrite ?(ltW t0) // ler_oppl.
by rewrite mulrA ler_pimull.
Qed.

(** lambda_min(G + t M) < 0 for all small t > 0 if and only if some v in K = ker G has v^T M v < 0, or v^T M v = 0 and M v != 0. *)
Theorem part_kernel :
  (exists2 tau, 0 < tau & forall t, 0 < t -> t < tau -> unstable (G + t *: M)) <->
  (exists2 v : 'rV_n, (v <= kermx G)%MS & quad M v < 0 \/ (quad M v = 0 /\ v *m M != 0)).
Proof.
split=> [[tau tau0 small]|b]; last by exists 1 => // t t0 _; apply: bad_unstable.
have [//|[c c0 stable]] := bad_or_stable.
have m0 : 0 < Num.min tau c by rewrite lt_minr tau0.
pose t := Num.min tau c / 2%:R; have t0 : 0 < t by rewrite divr_gt0 ?ltr0n.
have : t < Num.min tau c by rewrite ltr_pdivr_mulr ?ltr0n // ltr_pmulr // ltr1n.
rewrite lt_minr => /andP[/(small t t0) [x x0] /(stable t t0) [_ /(_ x)]].
by rewrite leNgt x0.
Qed.

(** The two conditions suffice for every t > 0. *)
Theorem part_kernel_every t : 0 < t ->
  (exists2 v : 'rV_n, (v <= kermx G)%MS & quad M v < 0 \/ (quad M v = 0 /\ v *m M != 0)) ->
  unstable (G + t *: M).
Proof. exact: bad_unstable. Qed.

(** If M is positive definite on K then G + t M > 0 for small t > 0. *)
Theorem part_kernel_definite :
  positive_on M (kermx G) ->
  exists2 tau, 0 < tau & forall t, 0 < t -> t < tau -> pd (G + t *: M).
Proof.
move=> pK; have [[v vK nv]|[S [B [ME sS pB SK]]]] := bad_or_split.
  have v0 : v != 0.
    by case: nv => [h|[_ h]]; apply: contraTneq h => ->; rewrite ?quad0 ?ltxx ?mul0mx ?eqxx.
  have := pK v vK v0; case: nv => [h|[-> _]]; last by rewrite ltxx.
  by move/(lt_trans h); rewrite ltxx.
have [c c0 dom] := psd_dominates psdG sS SK.
exists c^-1; first by rewrite invr_gt0.
move=> t t0 tc; split=> [|x x0]; first exact: sym_family.
have tc1 : t * c < 1 by rewrite -ltr_pdivl_mulr // div1r.
have G0 : 0 <= quad G x by case: psdG.
have B0 : 0 <= quad B x by case: pB.
have := dom x; rewrite ler_norml => /andP[h _].
have h' : - (t * (c * quad G x)) <= t * quad S x by rewrite -mulrN ler_wpmul2l ?(ltW t0).
have [g0|gp] := eqVneq (quad G x) 0.
  have xG : x *m G = 0 by apply: psd_kernel.
  rewrite quad_mxD quad_mxZ g0 add0r mulr_gt0 //; apply: pK => //; exact/sub_kermxP.
rewrite ME quad_mxD quad_mxZ quad_mxD mulrDr addrA ltr_paddr ?mulr_ge0 ?(ltW t0) //.
apply: lt_le_trans (_ : quad G x - t * (c * quad G x) <= _); last by rewrite ler_add2l.
by rewrite subr_gt0 mulrA gtr_pmull // lt_neqAle eq_sym gp.
Qed.

End Split.

Lemma quad2 (A : 'M[F]_2) x :
  quad A x = A 0 0 * x 0 0 ^+ 2 + (A 0 1 + A 1 0) * (x 0 0 * x 0 1) + A 1 1 * x 0 1 ^+ 2.
Proof.
have e : lift ord0 ord0 = 1 :> 'I_2 by apply: val_inj.
have e0 : ord0 = 0 :> 'I_2 by apply: val_inj.
rewrite /quad formE dotE !big_ord_recl big_ord0 !mxE !big_ord_recl !big_ord0 !e !e0 ?ord1.
set a := x 0 0; set b := x 0 1; set p := A 0 0; set q := A 0 1; set r := A 1 0; set t := A 1 1; ring.
Qed.

(** The entries of G = diag(1, 0) and of M = [[0, 2], [2, 1]]. *)
Definition G_example : 'M[F]_2 := \matrix_(i, j) ((i == 0) && (j == 0))%:R.
Definition M_example : 'M[F]_2 := \matrix_(i, j) (if i == j then (i == 1)%:R else 2%:R).

(** And not for every t: G = diag(1, 0) and M = [[0, 2], [2, 1]], which is positive definite on K = ker G, have lambda_min(G + M) < 0. *)
Theorem part_kernel_definite_not_every :
  [/\ psd G_example, sym M_example, positive_on M_example (kermx G_example) & unstable (G_example + 1 *: M_example)].
Proof.
have qG x : quad G_example x = x 0 0 ^+ 2 by rewrite quad2 !mxE /= !(mul1r, mul0r, addr0).
have qM x : quad M_example x = 4%:R * (x 0 0 * x 0 1) + x 0 1 ^+ 2 by rewrite quad2 !mxE /=; ring.
have sG : sym G_example by apply/matrixP => i j; rewrite !mxE andbC.
have sM : sym M_example.
  apply/matrixP => i j; rewrite !mxE eq_sym; by case: eqP => [->|].
split=> //; first by split=> // x; rewrite qG sqr_ge0.
  move=> x /sub_kermxP xG x0; have g0 : quad G_example x = 0 by rewrite /quad /form xG mul0mx mxE.
  move: g0; rewrite qG => /eqP; rewrite sqrf_eq0 => /eqP x00.
  rewrite qM x00 mul0r mulr0 add0r lt_neqAle sqr_ge0 andbT eq_sym sqrf_eq0.
  apply: contra x0 => /eqP x01; apply/eqP/rowP => j; rewrite mxE.
  have [->|->] : j = 0 \/ j = 1; rewrite ?x00 ?x01 //.
  by case: j => [[|[|//]] i]; [left | right]; apply: val_inj.
exists (\row_j (if j == 0 then 2%:R else -1)); rewrite scale1r quad_mxD qG qM !mxE /=.
have -> : 2%:R ^+ 2 + (4%:R * (2%:R * -1) + (-1) ^+ 2) = - 3%:R :> F by ring.
by rewrite oppr_lt0 ltr0n.
Qed.

(** The criterion says something in both directions: with G = diag(1, 0), M = diag(0, -1) has such a v, and M = diag(0, 1) has none. *)
Lemma part_kernel_met :
  (exists2 v : 'rV[F]_2, (v <= kermx G_example)%MS & quad (- delta_mx 1 1) v < 0) /\
  ~ (exists2 v : 'rV[F]_2, (v <= kermx G_example)%MS &
       quad (delta_mx 1 1) v < 0 \/ (quad (delta_mx 1 1) v = 0 /\ v *m (delta_mx 1 1 : 'M[F]_2) != 0)).
Proof.
have pd11 : psd (delta_mx 1 1 : 'M[F]_2).
  split=> [|x]; first by rewrite /sym trmx_delta.
  by rewrite quad2 !mxE /= !(mul0r, add0r, mul1r, addr0) sqr_ge0.
split.
  exists (delta_mx 0 1).
    by apply/sub_kermxP/rowP => j; rewrite -rowE !mxE.
  by rewrite quad_mxN quad2 !mxE /= !(mul0r, add0r, mul1r, addr0, mulr0, expr1n) oppr_lt0 ltr01.
case=> v _ [|[v0]]; first by rewrite ltNge; case: pd11 => _ ->.
by rewrite psd_kernel ?eqxx.
Qed.

End Criterion.
