(** * The hypotheses of the parts of 5.3: they can be met, and they are needed *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Geometry Require Import forms semidefinite subspaces pseudoinverse differential expansions.
From Geometry.thm53 Require Import order rank finite processing simplex refutations.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Hypotheses.
Variable F : realFieldType.

(** I is the identity of the plane, V the line of e_2, and A = I/V: A is not 0, V is not 0, and V meets ker I in 0 only. The same example serves part order and reading transversal. *)
Lemma part_rank_met :
  exists (I A : 'M[F]_2) (V : 'rV_2),
  [/\ psd I, psd A, A ⪯ I & V *m A = 0] /\ [/\ (ker I :&: V = 0)%MS, \rank V = 1%N & \rank A = 1%N].
Proof.
pose V : 'rV[F]_2 := delta_mx 0 1; have pI := psd1 F 2.
have [pA lA VA] := part_order_attained V pI.
have cap0 : (ker (1%:M : 'M[F]_2) :&: V = 0)%MS.
  apply/eqP; rewrite -submx0; apply/rV_subP => x; rewrite sub_capmx => /andP[/kerP].
  by rewrite trmx1 mulmx1 => -> _; apply: sub0mx.
exists 1%:M, (shorted 1%:M V), V; do 2!split=> //; first by rewrite mxrank_delta.
have := part_rank_attained V pI; rewrite cap0 mxrank0 mxrank1 mxrank_delta addr0.
move=> h; have : (\rank (shorted 1%:M V))%:Z = 1%:Z by rewrite h.
by case.
Qed.

(** A ⪯ I is needed: I = 0, A = 1, V = 0. *)
Lemma part_rank_needs_below :
  exists (I A V : 'M[F]_1), [/\ psd I, psd A, V *m A = 0 &
    ~ (\rank A)%:Z <= (\rank I)%:Z - (\rank V)%:Z + (\rank (ker I :&: V)%MS)%:Z].
Proof.
exists 0, 1%:M, 0; split; [exact: psd0 | exact: psd1 | by rewrite mul0mx |].
by rewrite capmx0 !mxrank0 mxrank1.
Qed.

(** A V = 0 is needed: I = A = V = 1. *)
Lemma part_rank_needs_kernel :
  exists (I A V : 'M[F]_1), [/\ psd I, psd A, A ⪯ I &
    ~ (\rank A)%:Z <= (\rank I)%:Z - (\rank V)%:Z + (\rank (ker I :&: V)%MS)%:Z].
Proof.
exists 1%:M, 1%:M, 1%:M; split; [exact: psd1 | exact: psd1 | exact: belowxx |].
suff -> : (ker (1%:M : 'M[F]_1) :&: (1%:M : 'M[F]_1))%MS = 0 by rewrite mxrank1 mxrank0.
apply/eqP; rewrite -submx0; apply/rV_subP => x; rewrite sub_capmx => /andP[/kerP].
by rewrite trmx1 mulmx1 => -> _; apply: sub0mx.
Qed.

(** A >= 0 is needed: I = 0, A = -1, V = 0. *)
Lemma part_rank_needs_psd :
  exists (I A V : 'M[F]_1), [/\ psd I, sym A /\ A ⪯ I, V *m A = 0 &
    ~ (\rank A)%:Z <= (\rank I)%:Z - (\rank V)%:Z + (\rank (ker I :&: V)%MS)%:Z].
Proof.
exists 0, (- 1%:M), 0; split; [exact: psd0 | | by rewrite mul0mx |].
  by split; [apply/symN/sym1 | rewrite /below sub0r opprK; apply: psd1].
by rewrite capmx0 !mxrank0 mxrank_opp mxrank1.
Qed.

(** Without the intersection term the bound is false: I = A = diag(1, 0) and V the line of e_2; the published bound would say rank A <= 0. V lies in ker I, so this is also an example for part free. *)
Lemma part_rank_needs_transversal :
  exists (I A : 'M[F]_2) (V : 'rV_2),
  [/\ psd I /\ (V <= ker I)%MS, psd A, A ⪯ I & V *m A = 0] /\ [/\ \rank V = 1%N, \rank I = 1%N, \rank A = 1%N &
    ~ (\rank A)%:Z <= (\rank I)%:Z - (\rank V)%:Z].
Proof.
pose I : 'M[F]_2 := (delta_mx 0 0 : 'rV_2)^T *m delta_mx 0 0; pose V : 'rV[F]_2 := delta_mx 0 1.
have pI : psd I.
  by rewrite /I -[delta_mx 0 0 in X in _ *m X]trmxK; apply: psd_gram.
have VI : V *m I = 0 by rewrite /I mulmxA trmx_delta mul_delta_mx_0 // mul0mx.
have rI : \rank I = 1%N by rewrite /I trmx_delta mul_delta_mx mxrank_delta.
exists I, I, V; rewrite !rI !mxrank_delta; split; split=> //; last exact: belowxx.
by split=> //; rewrite ker_sym; [apply/sub_kermxP | case: pI].
Qed.

(** The hypotheses of part order, and of reading transversal, are met by the same example. *)
Lemma part_order_met :
  exists (I A : 'M[F]_2) (V : 'rV_2), [/\ psd I, psd A, A ⪯ I, V *m A = 0 & V != 0 /\ A != 0].
Proof.
have [I [A [V [[h1 h2 h3 h4] [_ rV rA]]]]] := part_rank_met; exists I, A, V; split=> //.
by split; rewrite -mxrank_eq0 ?rV ?rA.
Qed.

Lemma reading_transversal_met :
  exists (I_z I_h : 'M[F]_2) (V : 'rV_2),
  [/\ psd I_z, psd I_h, I_h ⪯ I_z, V *m I_h = 0 & (ker I_z :&: V = 0)%MS /\ V != 0].
Proof.
have [I [A [V [[h1 h2 h3 h4] [cap rV _]]]]] := part_rank_met; exists I, A, V; split=> //.
by split=> //; rewrite -mxrank_eq0 rV.
Qed.

(** Transversality is needed in reading transversal. *)
Lemma reading_transversal_needs_transversal :
  exists (I_z I_h : 'M[F]_2) (V : 'rV_2),
  [/\ psd I_z, psd I_h, I_h ⪯ I_z, V *m I_h = 0 & ~ (\rank I_h)%:Z <= (\rank I_z)%:Z - (\rank V)%:Z].
Proof.
by have [I [A [V [[[h1 _] h2 h3 h4] [_ _ _ h5]]]]] := part_rank_needs_transversal; exists I, A, V; split.
Qed.

Lemma part_free_met :
  exists (I : 'M[F]_2) (V : 'rV_2), [/\ psd I, (V <= ker I)%MS, V != 0 & I != 0].
Proof.
have [I [A [V [[[h1 h2] _ _ _] [rV rI _ _]]]]] := part_rank_needs_transversal.
by exists I, V; split; rewrite // -mxrank_eq0 ?rV ?rI.
Qed.

(** That V lies in ker I is needed in part free for A = I to be allowed: I = V = 1. *)
Lemma part_free_needs_kernel : exists (I V : 'M[F]_1), psd I /\ V *m I != 0.
Proof. by exists 1%:M, 1%:M; split; [apply: psd1 | rewrite mul1mx oner_eq0]. Qed.

(** A ⪯ I is needed in part order: I = 0, A = 1, V = 0. *)
Lemma part_order_needs_below :
  exists (I A V : 'M[F]_1), [/\ psd I, psd A, V *m A = 0 & ~ A ⪯ shorted I V].
Proof.
exists 0, 1%:M, 0; split; [exact: psd0 | exact: psd1 | by rewrite mul0mx |].
rewrite /shorted !mul0mx subr0 => -[_ /(_ 1%:M)].
rewrite quad_mxB /quad form_mx0 sub0r -/(quad _ _) quad1 oppr_ge0 leNgt sqn_gt0.
by rewrite oner_eq0.
Qed.

(** A V = 0 is needed in part order: I = A = V = 1, where I/V = 0. *)
Lemma part_order_needs_kernel :
  exists (I A V : 'M[F]_1), [/\ psd I, psd A, A ⪯ I & ~ A ⪯ shorted I V].
Proof.
exists 1%:M, 1%:M, 1%:M; split; [exact: psd1 | exact: psd1 | exact: belowxx |].
have e := shorted_kernel (1%:M : 'M[F]_1) (psd1 F 1); rewrite mul1mx in e.
rewrite e => -[_ /(_ 1%:M)].
rewrite quad_mxB /quad form_mx0 sub0r -/(quad _ _) quad1 oppr_ge0 leNgt sqn_gt0.
by rewrite oner_eq0.
Qed.

(** A fair coin whose probability is the parameter, and the head that forgets it: I_z = 4 and I_h = 0. *)
Lemma part_processing_met :
  exists (X Y : finType) (h : X -> Y) (p : 'rV[F]_1 -> X -> F) (t : 'rV_1) (I_z I_h : 'M_1),
  [/\ forall x, 0 < p t x, fisher p t I_z, fisher (fun t' => pushforward h (p t')) t I_h, \rank I_z = 1%N & I_h = 0].
Proof.
pose t : 'rV[F]_1 := 2%:R^-1%:M; have ut : uniform (1%:M : 'M[F]_1) t.
  by rewrite /uniform trmx1 mulmx1; apply/matrixP => i j; rewrite !ord1 !mxE.
pose p := simplex (1%:M : 'M[F]_1); pose h (x : option 'I_1) : unit := tt.
have pF := simplex_fisher ut; have [I_h FI] := pushforward_fisher h pF.
exists _, _, h, p, t, (simplex_information 1%:M), I_h; split; [exact: uniform_gt0 | exact: pF | exact: FI | by rewrite simplex_rank mxrank1 |].
case: FI => [_ [s Hs ->]]; have [dl d0 lw] := simplex_law ut; apply: big1 => y _.
suff -> : s y = 0 by rewrite mulmx0 scaler0.
have [a Da ->] := Hs y; suff -> : a = 0 by rewrite scaler0.
apply: (gradient_unique Da) => eps e0; have [dl' d0' H] := differential_constant (1%:M : 'rV[F]_1) t e0.
exists (Num.min dl dl'); first by rewrite lt_minr d0.
move=> v; rewrite lt_minr => /andP[/lw [_ l1] /H].
have e q y' : \sum_x q x = 1 -> pushforward h q y' = 1 by move=> <-; apply: eq_bigl => x; case: y'.
have l0 : \sum_x p t x = 1 by have [_ ] := near_self (simplex_law ut).
by rewrite !e.
Qed.

(** Sigma is the identity of the plane, P = (1, 0), and V the line of e_2. *)
Lemma part_gaussian_met :
  exists (Sigma : 'M[F]_2) (P V : 'rV[F]_2),
  [/\ pd Sigma, \rank P = 1%N, (V :=: ker P)%MS & \rank V = 1%N].
Proof.
have V0 : (delta_mx 0 1 : 'rV[F]_2) *m (delta_mx 0 0 : 'rV_2)^T = 0 by rewrite trmx_delta mul_delta_mx_0.
exists 1%:M, (delta_mx 0 0), (delta_mx 0 1); split; rewrite ?mxrank_delta //; first exact: pd1.
apply/eqmxP; rewrite -(mxrank_leqif_eq _) ?mxrank_delta ?mxrank_ker ?mxrank_tr ?mxrank_delta //.
exact/kerP.
Qed.

End Hypotheses.
