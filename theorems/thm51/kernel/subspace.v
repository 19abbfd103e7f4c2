(** * V_aug is a subspace for every input *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Geometry Require Import forms subspaces differential orbits.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Subspace.
Variable F : realFieldType.

(** [v] is the velocity of the orbit [o] at [t] in some direction of the parameters. *)
Definition velocity p d (o : 'rV[F]_p -> 'rV[F]_d) (t : 'rV_p) (v : 'rV_d) : Prop :=
  exists c, velocity_along o t c v.

(** V_aug(x), the velocities of the orbit o_x at theta_0, is the image of D o_x(theta_0); it is closed under sums and multiples, and of dimension rank D o_x(theta_0) <= min(p, d). *)
Theorem part_subspace p d (o : 'rV[F]_p -> 'rV[F]_d) (t : 'rV_p) (O : 'M_(d, p)) :
  differential o t O ->
  [/\ forall v, velocity o t v <-> exists c, v = c *m O^T,
      forall a v w, velocity o t v -> velocity o t w -> velocity o t (a *: v + w) &
      exists V : 'M_d, [/\ forall v : 'rV_d, (v <= V)%MS <-> velocity o t v,
        \rank V = \rank O & (\rank V <= minn p d)%N]].
Proof.
move=> Do; have TO : tangent_space o t O^T by exists O.
have im v : velocity o t v <-> exists c, v = c *m O^T.
  by rewrite /velocity -(tangent_spaceP v TO); split=> [/submxP|[c ->]]; last exact: submxMl.
split=> // [a v w /im [b ->] /im [c ->]|].
  by apply/im; exists (a *: b + c); rewrite mulmxDl scalemxAl.
exists (<<O^T>>%MS); split=> [v||]; rewrite ?genmxE ?mxrank_tr //; last first.
  by rewrite leq_min rank_leq_col rank_leq_row.
exact: tangent_spaceP.
Qed.

(** V_aug, as a function of the input x, is a linear subspace. *)
Theorem reading_subspace n p d (enc : 'rV[F]_n -> 'rV[F]_d) (T : 'rV[F]_p -> 'rV_n -> 'rV_n) (t : 'rV_p) :
  (forall x, T t x = x) -> (forall x, exists O, differential (fun s => enc (T s x)) t O) ->
  forall x, exists V : 'M_d, forall v : 'rV_d, (v <= V)%MS <-> velocity (fun s => enc (T s x)) t v.
Proof.
by move=> _ DT x; have [O /part_subspace [_ _ [V [VP _ _]]]] := DT x; exists V.
Qed.

(** An orbit with a tangent space of dimension 1 in the plane. *)
Lemma part_subspace_met :
  exists (o : 'rV[F]_1 -> 'rV[F]_2) t O, differential o t O /\ \rank O = 1%N.
Proof.
exists (fun s => 0 + s *m (delta_mx 0 0 : 'rV_2)), 0, (delta_mx 0 0 : 'rV_2)^T.
by split; [apply: differential_line | rewrite mxrank_tr mxrank_delta].
Qed.

(** The dimension need not be the number of parameters: two parameters that move along the same line. *)
Lemma dimension_below_parameters :
  exists (o : 'rV[F]_2 -> 'rV[F]_2) t O, differential o t O /\ \rank O = 1%N.
Proof.
exists (fun s => s *m (const_mx 1 : 'M_(2, 1)) *m (delta_mx 0 0 : 'rV_2)), 0.
pose A : 'M[F]_2 := (const_mx 1 : 'M_(2, 1)) *m (delta_mx 0 0 : 'rV_2).
exists A^T; split.
  apply: differential_ext (differential_linear A^T 0) => s.
  by rewrite trmxK mulmxA.
apply/eqP; rewrite mxrank_tr eqn_leq (leq_trans (mxrankM_maxr _ _)) ?mxrank_delta //=.
rewrite lt0n mxrank_eq0; apply/eqP => /matrixP /(_ 0 0).
by rewrite !mxE big_ord1 !mxE mulr1 => /eqP; rewrite oner_eq0.
Qed.

End Subspace.
