(** * Data processing in finite models *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From Geometry Require Import forms semidefinite subspaces differential expansions.
From Geometry.thm53 Require Import finite.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Processing.
Variable F : realFieldType.
Variables (d : nat) (X Y : finType) (h : X -> Y) (p : 'rV[F]_d -> X -> F) (t : 'rV[F]_d).

Lemma pushforward_gt0 x : (forall x, 0 < p t x) -> 0 < pushforward h (p t) (h x).
Proof.
move=> p0; rewrite /pushforward (bigD1 x) //=; apply: ltr_paddr => //.
by apply: sumr_ge0 => x' _; apply: ltW.
Qed.

(** The score of h(z) is the conditional mean of the score. *)
Lemma score_mean s s' : (forall x, 0 < p t x) ->
  (forall x, score p t x (s x)) -> (forall y, score (fun t' => pushforward h (p t')) t y (s' y)) ->
  forall y, pushforward h (p t) y *: s' y = \sum_(x | h x == y) p t x *: s x.
Proof.
move=> p0 Hs Hs' y; have [b Db ->] := Hs' y.
have /fin_all_exists [a Da] : forall x, exists a, gradient (fun t' => p t' x) t a /\ p t x *: s x = a.
  by move=> x; have [a Da ->] := Hs x; exists a; rewrite scalerA mulfV ?scale1r ?lt0r_neq0.
have -> : b = \sum_(x | h x == y) a x.
  apply: gradient_unique Db _; apply: gradient_sum => x; exact: (proj1 (Da x)).
have [/existsP[x /eqP hx]|/existsPn nx] := boolP [exists x, h x == y].
  rewrite scalerA mulfV ?scale1r; last by rewrite -hx lt0r_neq0 ?pushforward_gt0.
  by apply: eq_bigr => x' _; rewrite (proj2 (Da x')).
by rewrite !big1 ?scaler0 // => x hx; have := nx x; rewrite hx.
Qed.

(** What h loses is the mean square of score minus conditional mean. *)
Lemma loss s s' : (forall x, 0 < p t x) ->
  (forall x, score p t x (s x)) -> (forall y, score (fun t' => pushforward h (p t')) t y (s' y)) ->
  \sum_x p t x *: ((s x)^T *m s x) - \sum_y pushforward h (p t) y *: ((s' y)^T *m s' y)
  = \sum_x p t x *: ((s x - s' (h x))^T *m (s x - s' (h x))).
Proof.
move=> p0 Hs Hs'; have m := score_mean p0 Hs Hs'.
set B := \sum_(y : Y) _.
have e1 : \sum_x p t x *: ((s' (h x))^T *m s x) = B.
  rewrite (partition_big h xpredT) //=; apply: eq_bigr => y _.
  rewrite scalemxAr m mulmx_sumr; apply: eq_bigr => x /eqP ->.
  by rewrite scalemxAr.
have trZ a (v : 'rV[F]_d) : (a *: v)^T = a *: v^T by rewrite linearZ.
have e2 : \sum_x p t x *: ((s x)^T *m s' (h x)) = B.
  rewrite (partition_big h xpredT) //=; apply: eq_bigr => y _.
  rewrite scalemxAl -trZ m [(\sum_(_ | _) _)^T]linear_sum mulmx_suml; apply: eq_bigr => x /eqP ->.
  by rewrite /= trZ scalemxAl.
have e3 : \sum_x p t x *: ((s' (h x))^T *m s' (h x)) = B.
  rewrite (partition_big h xpredT) //=; apply: eq_bigr => y _.
  by rewrite /pushforward scaler_suml; apply: eq_bigr => x /eqP ->.
have trB (u v : 'rV[F]_d) : (u - v)^T = u^T - v^T by rewrite linearB.
under [RHS]eq_bigr do rewrite trB mulmxBl !mulmxBr !scalerBr.
by rewrite !sumrB e1 e2 e3 subrr subr0.
Qed.

(** For a finite model with positive probabilities and every function h of its outcome, I_h ⪯ I_z, with equality if and only if the score is a function of h(z). *)
Theorem part_processing (I_z I_h : 'M[F]_d) :
  (forall x, 0 < p t x) -> fisher p t I_z -> fisher (fun t' => pushforward h (p t')) t I_h ->
  I_h ⪯ I_z /\
  (I_h = I_z <-> exists g : Y -> 'rV_d, forall x, score p t x (g (h x))).
Proof.
move=> p0 [_ [s Hs ->]] [_ [s' Hs' ->]]; have L := loss p0 Hs Hs'.
split.
  split=> [|v]; rewrite L; first exact: sym_scaled.
  by rewrite quad_scaled sumr_ge0 // => x _; rewrite mulr_ge0 ?sqr_ge0 ?ltW.
split=> [e|[g Hg]].
  exists s' => x; suff <- : s x = s' (h x) by [].
  have q0 v : \sum_x p t x * dot v (s x - s' (h x)) ^+ 2 = 0.
    by rewrite -quad_scaled -L e subrr /quad form_mx0.
  apply/eqP; rewrite -subr_eq0; apply/eqP/dot_eq0 => v; rewrite dotC.
  have /eqP := q0 v; rewrite psumr_eq0 => [/allP/(_ x)|y _]; last by rewrite mulr_ge0 ?sqr_ge0 ?ltW.
  by rewrite mem_index_enum => /(_ isT); rewrite mulf_eq0 gt_eqF //= sqrf_eq0 => /eqP.
apply/eqP; rewrite eq_sym -subr_eq0 L; apply/eqP; apply: big1 => x _.
have sg x' : s x' = g (h x') := score_unique (Hs x') (Hg x').
suff -> : s' (h x) = g (h x) by rewrite sg subrr mulmx0 scaler0.
have q0 : pushforward h (p t) (h x) != 0 by rewrite lt0r_neq0 ?pushforward_gt0.
apply: (scalerI q0); rewrite (score_mean p0 Hs Hs') /pushforward scaler_suml.
by apply: eq_bigr => x' /eqP <-; rewrite sg.
Qed.

End Processing.
