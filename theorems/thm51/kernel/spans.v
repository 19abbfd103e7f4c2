(** * Spans of velocities: one-sided ones, and those of all inputs of one representation *)
From Coq Require Import Classical_Prop.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Geometry Require Import forms subspaces differential orbits.
From Geometry.thm51 Require Import cone of_z.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Spans.
Variable F : realFieldType.

(** Every set of vectors has a span. *)
Lemma span_exists d (P : 'rV[F]_d -> Prop) : exists V : 'M_d, span P V.
Proof.
suff H : forall n (V : 'M[F]_d), (d - \rank V <= n)%N ->
    (forall W : 'M_d, (forall v, P v -> (v <= W)%MS) -> (V <= W)%MS) -> exists V : 'M_d, span P V.
  by apply: (H d 0); rewrite ?mxrank0 ?subn0 // => W _; apply: sub0mx.
elim=> [|n IH] V dV least; have [all|] := classic (forall v, P v -> (v <= V)%MS); try by exists V; split.
  case=> v _; apply: submx_full; rewrite /row_full eqn_leq rank_leq_row.
  by move: dV; rewrite leqn0 subn_eq0.
move=> some; have [v Pv vV] : exists2 v, P v & ~ (v <= V)%MS.
  by apply: NNPP => no; apply: some => v Pv; apply: NNPP => vV; apply: no; exists v.
apply: (IH <<(V + v)%MS>>%MS) => [|W HW]; last by rewrite genmxE addsmx_sub least //= HW.
have lt : (V < V + v)%MS by rewrite ltmxE addsmxSl addsmx_sub submx_refl; apply/negP.
by move: (rank_ltmx lt) dV; rewrite genmxE; move: (\rank V) (\rank (_ + _)%MS) => a b; lia.
Qed.

(** It is unique. *)
Lemma span_unique d (P : 'rV[F]_d -> Prop) (V W : 'M_d) : span P V -> span P W -> (V :=: W)%MS.
Proof. by move=> [PV Vl] [PW Wl]; apply/eqmxP; rewrite Vl // Wl. Qed.

(** Where the parameters may move in the directions of a set K only, and the orbit has a one-sided derivative in each of them, these derivatives span a linear subspace V. Where the orbit is differentiable and K spans the parameters, V is the image of the differential, as before. *)
Theorem reading_one_sided p d (K : 'rV[F]_p -> Prop) (o : 'rV[F]_p -> 'rV[F]_d) (t : 'rV_p) :
  (forall c, K c -> exists v, one_sided o t c v) ->
  exists V : 'M_d, span (cone_velocity K o t) V /\
    forall O, differential o t O -> span K (1%:M : 'M_p) -> (V :=: O^T)%MS.
Proof.
move=> _; have [V VP] := span_exists (cone_velocity K o t); exists V; split=> // O DO [_ spK].
have sided c : one_sided o t c (c *m O^T).
  move=> eps e0; pose n := norm1 c + 1; have n0 : 0 < n by rewrite ltr_paddl ?norm1_ge0 ?ltr01.
  have [dl d0 H] := DO _ (divr_gt0 e0 n0); exists (dl / n); first by rewrite divr_gt0.
  move=> s s0; rewrite ltr_pdivl_mulr // => sd; rewrite scalemxAl.
  have cs : norm1 (s *: c) <= s * n.
    by rewrite norm1Z (gtr0_norm s0) ler_pmul2l // /n ler_addl ler01.
  apply: le_trans (H _ (le_lt_trans cs sd)) _; apply: le_trans (ler_wpmul2l (ltW (divr_gt0 e0 n0)) cs) _.
  by rewrite mulrCA -mulrA mulVf ?mulr1 ?gt_eqF // mulrC.
have [VO least] := VP; apply/eqmxP/andP; split.
  have := least <<O^T>>%MS; rewrite genmxE; apply=> v [c _ Dv].
  by rewrite genmxE (one_sided_unique Dv (sided c)) submxMl.
have : (1%:M <= kermx (O^T *m cokermx V))%MS.
  apply: spK => c Kc; apply/sub_kermxP; rewrite mulmxA; apply/eqP; rewrite -submxE.
  by apply: VO; exists c.
by move/sub_kermxP; rewrite mul1mx submxE => ->.
Qed.

(** One parameter that may not be negative: the hypotheses are met where the velocities form no subspace. *)
Lemma reading_one_sided_met :
  exists (K : 'rV[F]_1 -> Prop) (o : 'rV[F]_1 -> 'rV[F]_1) (t : 'rV_1),
  (forall c, K c -> exists v, one_sided o t c v) /\
  ~ exists V : 'M_1, forall v : 'rV_1, (v <= V)%MS <-> cone_velocity K o t v.
Proof.
have [K [o [t [O [_ _ D no]]]]] := part_cone_no_subspace F; exists K, o, t; split=> // c Kc.
by exists (c *m O^T); apply: D.
Qed.

Section Fibre.
Variables (n p d : nat) (enc : 'rV[F]_n -> 'rV[F]_d) (T : 'rV[F]_p -> 'rV[F]_n -> 'rV[F]_n) (t : 'rV[F]_p).
Variable O : 'rV[F]_n -> 'M[F]_(d, p).
Hypothesis aug : augmentation enc T t O.

(** [v] is a velocity of the orbit of some input that has the representation [z]. *)
Definition fibre_velocity (z v : 'rV_d) : Prop :=
  exists2 x, enc x = z & exists c, velocity_along (fun s => enc (T s x)) t c v.

(** For every encoder and every z the velocities of all inputs with the representation z span one linear subspace: V_aug(z) is a function of z. Where inputs of one representation have one tangent space, it is that space. *)
Theorem reading_fibre (z : 'rV_d) :
  exists V : 'M_d, [/\ span (fibre_velocity z) V,
    forall W : 'M_d, span (fibre_velocity z) W -> (W :=: V)%MS,
    forall x, enc x = z -> ((O x)^T <= V)%MS &
    forall x, enc x = z -> (forall x', enc x' = z -> ((O x')^T :=: (O x)^T)%MS) -> (V :=: (O x)^T)%MS].
Proof.
have [V VP] := span_exists (fibre_velocity z); have [Vv least] := VP; case: aug => _ DO.
have below x : enc x = z -> ((O x)^T <= V)%MS.
  move=> xz; apply: sub_rows => v /submxP[c ->]; apply: Vv; exists x => //; exists c.
  exact: velocity_differential.
exists V; split=> // [W|x xz one]; first by move/span_unique; apply.
apply/eqmxP; rewrite below // andbT; have := least <<(O x)^T>>%MS; rewrite genmxE; apply=> v [x' x'z [c Dv]].
by rewrite genmxE -(one x' x'z) (velocity_unique Dv (velocity_differential c (DO x'))) submxMl.
Qed.

(** A head on representations that is locally invariant for every input of the fibre, h(enc(T_s x)) = h(z) for s near t, is singular on all of V_aug(z). *)
Theorem reading_fibre_singular k (h : 'rV[F]_d -> 'rV[F]_k) (z : 'rV_d) (J : 'M_(k, d)) (V : 'M_d) :
  span (fibre_velocity z) V -> differential h z J ->
  (forall x, enc x = z -> near t (fun s => h (enc (T s x)) = h z)) -> V *m J^T = 0.
Proof.
move=> [_ least] DJ inv; case: aug => id_t DO; apply/sub_kermxP.
have := least (kermx J^T); apply=> v [x xz [c Dv]]; apply/sub_kermxP.
rewrite (velocity_unique Dv (velocity_differential c (DO x))) -mulmxA -trmx_mul.
suff -> : J *m O x = 0 by rewrite trmx0 mulmx0.
have DJ' : differential h (enc (T t x)) J by rewrite id_t xz.
apply: (differential_unique (differential_comp (DO x) DJ')).
apply: differential_near (differential_constant (h z) t).
by have [dl d0 H] := inv x xz; exists dl => // s /H.
Qed.

End Fibre.

(** The dimension of V_aug(z) can exceed the number of parameters: enc(x) = (x1, x2), T_s x = (x1 + s x3, x2 + s (1 - x3), x3). One parameter, and V_aug(z) is the plane for every z. *)
Lemma reading_fibre_exceeds :
  exists (enc : 'rV[F]_3 -> 'rV[F]_2) (T : 'rV[F]_1 -> 'rV[F]_3 -> 'rV[F]_3) (O : 'rV[F]_3 -> 'M[F]_(2, 1)),
  augmentation enc T 0 O /\ forall z (V : 'M_2), span (fibre_velocity enc T 0 z) V -> \rank V = 2%N.
Proof.
pose E : 'M[F]_(3, 2) := \matrix_(i, j) (i == j :> nat)%:R.
pose w (x : 'rV[F]_3) : 'rV[F]_2 := \row_j (if j == 0 then x 0 (inord 2) else 1 - x 0 (inord 2)).
pose T (s : 'rV[F]_1) (x : 'rV[F]_3) : 'rV[F]_3 := x + s *m w x *m E^T.
have EE : E^T *m E = 1%:M.
  apply/matrixP => [[[|[|//]] ?] [[|[|//]] ?]];
  by rewrite !mxE !big_ord_recl big_ord0 !mxE /= !(mulr0, mul0r, mulr1, addr0, add0r).
have orbit s x : T s x *m E = x *m E + s *m w x by rewrite mulmxDl -!mulmxA EE mulmx1.
have aug : augmentation (fun x => x *m E) T 0 (fun x => (w x)^T).
  split=> x; first by rewrite /T !mul0mx addr0.
  by have := differential_line (x *m E) (w x) 0; apply: differential_ext => s; rewrite orbit.
exists (fun x => x *m E), T, (fun x => (w x)^T); split=> // z V VP.
have [V' [V'P _ below _]] := reading_fibre aug z; rewrite (span_unique VP V'P).
apply/eqP; rewrite eqn_leq rank_leq_col /= -[X in (X <= _)%N](mxrank1 F 2); apply: mxrankS.
have inside a : ((\row_j (if j == 0 then a else 1 - a)) <= V')%MS.
  pose x : 'rV[F]_3 := z *m E^T + a *: delta_mx 0 (inord 2).
  have d0 : (delta_mx 0 (inord 2) : 'rV[F]_3) *m E = 0.
    by rewrite -rowE; apply/rowP => j; rewrite !mxE inordK //; case: j => [[|[|//]] ?].
  have xz : x *m E = z by rewrite mulmxDl -scalemxAl d0 scaler0 addr0 -mulmxA EE mulmx1.
  have x2 : x 0 (inord 2) = a.
    rewrite !mxE big1 => [|j _]; first by rewrite !eqxx add0r mulr1.
    by rewrite !mxE inordK //; case: j => [[|[|//]] ?]; rewrite mulr0.
  move: x xz x2 => x xz x2; have := below x xz; rewrite trmxK; congr (_ <= _)%MS; apply/rowP => j.
  by rewrite !mxE x2.
apply/row_subP => i; have := inside (i == 0)%:R; congr (_ <= _)%MS; apply/rowP => j; rewrite !mxE.
by case: i => [[|[|//]] ?]; case: j => [[|[|//]] ?]; rewrite /= ?subrr ?subr0.
Qed.

End Spans.
