(** * One-sided parameters *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Geometry Require Import forms subspaces differential orbits.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Cone.
Variable F : realFieldType.

(** [v] is the one-sided derivative at [t] of the orbit [o] in direction [c]: |o(t + s c) - o(t) - s v| <= eps s for all small s > 0. *)
Definition one_sided p d (o : 'rV[F]_p -> 'rV[F]_d) (t c : 'rV_p) (v : 'rV_d) : Prop :=
  forall eps, 0 < eps -> exists2 delta, 0 < delta &
    forall s, 0 < s -> s < delta -> norm1 (o (t + s *: c) - o t - s *: v) <= eps * s.

(** [K] is a convex cone. *)
Definition convex_cone p (K : 'rV[F]_p -> Prop) : Prop :=
  [/\ K 0, forall v w, K v -> K w -> K (v + w) & forall a v, 0 <= a -> K v -> K (a *: v)].

(** The subspace [V] is the span of [K]: the least subspace that contains it. *)
Definition span p m (K : 'rV[F]_p -> Prop) (V : 'M[F]_(m, p)) : Prop :=
  (forall v, K v -> (v <= V)%MS) /\
  forall W : 'M_p, (forall v, K v -> (v <= W)%MS) -> (V <= W)%MS.

(** [v] is a velocity of the orbit when the parameters may move in the directions of [K] only. *)
Definition cone_velocity p d (K : 'rV[F]_p -> Prop) (o : 'rV[F]_p -> 'rV[F]_d) (t : 'rV_p) (v : 'rV_d) : Prop :=
  exists2 c, K c & one_sided o t c v.

Lemma one_sided_unique p d (o : 'rV[F]_p -> 'rV[F]_d) t c v w :
  one_sided o t c v -> one_sided o t c w -> v = w.
Proof.
move=> Dv Dw; apply/eqP; rewrite -subr_eq0; apply: contraT => /norm1_gt0.
set q := norm1 _ => q0; have e0 : 0 < q / 4%:R by rewrite divr_gt0 ?ltr0n.
have [d1 d10 H1] := Dv _ e0; have [d2 d20 H2] := Dw _ e0.
pose s := Num.min d1 d2 / 2%:R.
have m0 : 0 < Num.min d1 d2 by rewrite lt_minr d10.
have s0 : 0 < s by rewrite divr_gt0 ?ltr0n.
have : s < Num.min d1 d2 by rewrite ltr_pdivr_mulr ?ltr0n // ltr_pmulr // ltr1n.
rewrite lt_minr => /andP[/(H1 _ s0) h1 /(H2 _ s0) h2].
have : norm1 (s *: (v - w)) <= q / 4%:R * s + q / 4%:R * s.
  have -> : s *: (v - w) = (o (t + s *: c) - o t - s *: w) - (o (t + s *: c) - o t - s *: v).
    by rewrite scalerBr opprB [RHS]addrC addrA subrK.
  by apply: le_trans (norm1D _ _) _; rewrite norm1N; apply: ler_add.
rewrite norm1Z gtr0_norm // -/q -mulrDl mulrC ler_pmul2r //.
have -> : q / 4%:R + q / 4%:R = q / 2%:R by field.
by rewrite ler_pdivl_mulr ?ltr0n // ger_pmulr // (ler_nat _ 2 1).
Qed.

(** Where the parameters may move in the directions of a convex cone K only, and o_x has a one-sided derivative O that is linear on K, the velocities form the convex cone O K. Its span is V_aug = im O if K spans the parameters. *)
Theorem part_cone p d (K : 'rV[F]_p -> Prop) (o : 'rV[F]_p -> 'rV[F]_d) (t : 'rV_p) (O : 'M_(d, p)) :
  convex_cone K -> (forall c, K c -> one_sided o t c (c *m O^T)) ->
  [/\ forall v, cone_velocity K o t v <-> exists2 c, K c & v = c *m O^T,
      convex_cone (cone_velocity K o t) &
      span K (1%:M : 'M_p) -> span (cone_velocity K o t) O^T].
Proof.
move=> [K0 KD KZ] DO.
have im v : cone_velocity K o t v <-> exists2 c, K c & v = c *m O^T.
  split=> [[c Kc Dv]|[c Kc ->]]; exists c => //; last exact: DO.
  exact: one_sided_unique Dv (DO c Kc).
split=> //.
  split=> [|v w /im [b Kb ->] /im [c Kc ->]|a v a0 /im [c Kc ->]]; apply/im.
  - by exists 0; rewrite ?mul0mx.
  - by exists (b + c); rewrite ?mulmxDl //; apply: KD.
  - by exists (a *: c); rewrite ?scalemxAl //; apply: KZ.
case=> _ spK; split=> [v /im [c _ ->]|W HW]; first exact: submxMl.
pose U : 'M_p := kermx (O^T *m cokermx W).
have : (1%:M <= U)%MS.
  apply: spK => c Kc; apply/sub_kermxP; rewrite mulmxA; apply/eqP; rewrite -submxE.
  by apply: HW; apply/im; exists c.
by move/sub_kermxP; rewrite mul1mx submxE => ->.
Qed.

(** The velocities need not form a linear subspace: the orbit theta e1 with theta >= 0 has the velocity e1 and not -e1. *)
Theorem part_cone_no_subspace :
  exists (K : 'rV[F]_1 -> Prop) (o : 'rV[F]_1 -> 'rV[F]_1) (t : 'rV_1) (O : 'M_1),
  [/\ convex_cone K, span K (1%:M : 'M_1), forall c, K c -> one_sided o t c (c *m O^T) &
      ~ exists V : 'M_1, forall v : 'rV_1, (v <= V)%MS <-> cone_velocity K o t v].
Proof.
pose K (c : 'rV[F]_1) := 0 <= c 0 0; exists K, id, 0, 1%:M.
have cK : convex_cone K.
  by split=> [|v w v0 w0|a v a0 v0]; rewrite /K mxE ?addr_ge0 ?mulr_ge0.
have D c : K c -> one_sided id 0 c (c *m 1%:M^T).
  move=> _ eps e0; exists 1 => // s s0 _; rewrite trmx1 mulmx1 add0r subr0 subrr norm10.
  by rewrite mulr_ge0 ?ltW.
have K1 : K 1%:M by rewrite /K mxE ler01.
split=> //; first by split=> [v _|W HW]; [apply: submx1 | apply: HW].
case=> V HV; have [im _ _] := part_cone cK D.
have v1 : ((1%:M : 'rV[F]_1) <= V)%MS by apply/HV/im; exists 1%:M; rewrite ?trmx1 ?mulmx1.
have : ((- 1%:M : 'rV[F]_1) <= V)%MS by rewrite eqmx_opp.
move=> /HV /im [c Kc]; rewrite trmx1 mulmx1 => cE; move: Kc.
by rewrite /K -cE !mxE /= mulr1n oppr_ge0 ler10.
Qed.

(** An orbit with a kink: o(theta) = |theta| e1 has one-sided derivatives in both directions, and its velocities are the multiples a e1 with a >= 0. *)
Theorem part_cone_kink :
  exists (o : 'rV[F]_1 -> 'rV[F]_1) (t : 'rV_1),
  (forall c, exists v, one_sided o t c v) /\
  ~ exists V : 'M_1, forall v : 'rV_1, (v <= V)%MS <-> cone_velocity (fun=> True) o t v.
Proof.
pose o (s : 'rV[F]_1) : 'rV[F]_1 := `|s 0 0|%:M; exists o, 0.
have D c : one_sided o 0 c `|c 0 0|%:M.
  move=> eps e0; exists 1 => // s s0 _.
  rewrite /o add0r !mxE normr0 raddf0 subr0 normrM gtr0_norm // scale_scalar_mx subrr norm10.
  by rewrite mulr_ge0 ?ltW.
split=> [c|[V HV]]; first by exists `|c 0 0|%:M.
have v1 : ((1%:M : 'rV[F]_1) <= V)%MS.
  by apply/HV; exists 1%:M => //; have := D 1%:M; rewrite mxE normr1.
have : ((- 1%:M : 'rV[F]_1) <= V)%MS by rewrite eqmx_opp.
move=> /HV [c _ /(one_sided_unique (D c)) /rowP /(_ 0)]; rewrite !mxE /= !mulr1n => e.
by have := normr_ge0 (c 0 0); rewrite e oppr_ge0 ler10.
Qed.

End Cone.
