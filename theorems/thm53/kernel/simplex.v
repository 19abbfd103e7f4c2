(** * Outcomes with the coordinates of the parameter as their probabilities *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Geometry Require Import forms semidefinite subspaces differential expansions.
From Geometry.thm53 Require Import finite.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Simplex.
Variable F : realFieldType.

(** Outcome [Some i] has probability (U t)_i, coordinate [i] of the parameter [t] seen through [U]; the outcome [None] has the rest. *)
Definition simplex d r (U : 'M[F]_(r, d)) (t : 'rV_d) (x : option 'I_r) : F :=
  if x is Some i then (t *m U^T) 0 i else 1 - \sum_i (t *m U^T) 0 i.

(** All [r + 1] outcomes are equally probable. *)
Definition uniform d r (U : 'M[F]_(r, d)) (t : 'rV_d) : Prop := t *m U^T = const_mx r.+1%:R^-1.

Lemma sum_option (T : finType) (V : zmodType) (f : option T -> V) :
  \sum_x f x = f None + \sum_i f (Some i).
Proof.
have e : enum (option_finType T) = None :: map Some (enum T) by rewrite !enumT [in LHS]unlock.
by rewrite -big_enum e big_cons big_map big_enum.
Qed.

Variables (d r : nat) (U : 'M[F]_(r, d)) (t : 'rV[F]_d).
Hypothesis ut : uniform U t.

Lemma uniformE x : simplex U t x = r.+1%:R^-1.
Proof.
case: x => [i|]; rewrite /simplex ut ?mxE //.
under eq_bigr do rewrite mxE.
rewrite sumr_const card_ord -mulr_natl -[X in X - _](@mulfV _ r.+1%:R) ?pnatr_eq0 //.
by rewrite -mulrBl -addn1 natrD addrAC subrr add0r mul1r.
Qed.

Lemma uniform_gt0 x : 0 < simplex U t x.
Proof. by rewrite uniformE invr_gt0 ltr0n. Qed.

(** The gradients of the probabilities. *)
Definition slope (x : option 'I_r) : 'rV[F]_d := if x is Some i then row i U else - \sum_i row i U.

Lemma simplexE s x : simplex U s x = (if x is Some _ then 0 else 1) + (s *m (slope x)^T) 0 0.
Proof.
have e i : (s *m (row i U)^T) 0 0 = (s *m U^T) 0 i.
  by rewrite !mxE; apply: eq_bigr => j _; rewrite !mxE.
case: x => [i|] /=; first by rewrite add0r e.
rewrite linearN mulmxN mxE; congr (1 - _).
by rewrite linear_sum mulmx_sumr summxE; apply: eq_bigr => i _; rewrite e.
Qed.

Lemma gradient_simplex x : gradient (fun s => simplex U s x) t (slope x).
Proof.
move=> eps e0; have [dl d0 H] := gradient_affine (if x is Some _ then 0 else 1) (slope x) t e0.
by exists dl => // v /H; rewrite -!simplexE.
Qed.

Lemma simplex_law : near t (fun s => law (simplex U s)).
Proof.
pose c : F := r.+1%:R^-1; have c0 : 0 < c by rewrite invr_gt0 ltr0n.
have n0 : 0 < norm1 U + 1 by rewrite ltr_paddl ?norm1_ge0 ?ltr01.
exists (c / (norm1 U + 1)); first by rewrite divr_gt0.
move=> v; rewrite ltr_pdivl_mulr // => vd.
have vU : norm1 (v *m U^T) <= c.
  apply: le_trans (norm1M _ _) (le_trans _ (ltW vd)); rewrite norm1_tr.
  by rewrite ler_wpmul2l ?norm1_ge0 // ler_addl ler01.
have pos x : 0 <= simplex U (t + v) x.
  have -> : simplex U (t + v) x = simplex U t x + (v *m (slope x)^T) 0 0.
    by rewrite !simplexE mulmxDl mxE addrA.
  have -> : (v *m (slope x)^T) 0 0 = (if x is Some i then (v *m U^T) 0 i else - \sum_i (v *m U^T) 0 i).
    by have := simplexE v x; case: x => [i|] /=; [rewrite add0r | move/addrI].
  rewrite uniformE -/c; set e := if x is Some i then _ else _.
  suff : `|e| <= c by rewrite ler_norml => /andP[h _]; rewrite -ler_subl_addl sub0r.
  apply: le_trans vU; rewrite /e; case: x {e} => [i|]; first exact: le_norm1.
  by rewrite normrN /norm1 big_ord1; apply: ler_norm_sum.
by split=> //; rewrite sum_option /simplex subrK.
Qed.

(** The Fisher information at a uniform state. *)
Definition simplex_information : 'M[F]_d := \sum_x r.+1%:R *: ((slope x)^T *m slope x).

Lemma simplex_fisher : fisher (simplex U) t simplex_information.
Proof.
split; first exact: simplex_law.
exists (fun x => (simplex U t x)^-1 *: slope x).
  by move=> x; exists (slope x) => //; apply: gradient_simplex.
have trZ a (v : 'rV[F]_d) : (a *: v)^T = a *: v^T by rewrite linearZ.
apply: eq_bigr => x _; rewrite uniformE invrK trZ -scalemxAl -scalemxAr !scalerA.
by rewrite mulVf ?mul1r // pnatr_eq0.
Qed.

Lemma simplex_kernel (v : 'rV[F]_d) : v *m simplex_information = 0 <-> v *m U^T = 0.
Proof.
split=> [v0|vU].
  have : quad simplex_information v = 0 by rewrite /quad /form v0 mul0mx mxE.
  rewrite quad_scaled => /eqP; rewrite psumr_eq0 => [/allP h|x _]; last first.
    by rewrite mulr_ge0 ?sqr_ge0 ?ler0n.
  apply/rowP => i; have := h (Some i); rewrite mem_index_enum => /(_ isT).
  rewrite mulf_eq0 pnatr_eq0 /= sqrf_eq0 => /eqP.
  by rewrite /dot !mxE => e; rewrite -[RHS]e; apply: eq_bigr => j _; rewrite !mxE.
rewrite /simplex_information mulmx_sumr big1 // => x _.
suff e : v *m (slope x)^T = 0 by rewrite -scalemxAr mulmxA e mul0mx scaler0.
have e i : v *m (row i U)^T = 0.
  by apply/rowP => j; rewrite ord1; have /rowP/(_ i) := vU; rewrite !mxE => h; rewrite -[RHS]h;
     apply: eq_bigr => k _; rewrite !mxE.
case: x => [i|] /=; first exact: e.
by rewrite linearN mulmxN /= linear_sum mulmx_sumr big1 ?oppr0 // => i _; apply: e.
Qed.

(** Its rank is that of U. *)
Lemma simplex_rank : \rank simplex_information = \rank U.
Proof.
have e : (kermx simplex_information :=: kermx U^T)%MS.
  apply/eqmxP/andP; split; apply: sub_rows => v /sub_kermxP /simplex_kernel h;
  exact/sub_kermxP.
have := mxrank_ker simplex_information; rewrite e mxrank_ker mxrank_tr.
by have := rank_leq_row simplex_information; have := rank_leq_col U; lia.
Qed.

End Simplex.
