(** * Discrete parameters *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Geometry Require Import forms subspaces differential orbits.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Discrete.
Variable F : realFieldType.

(** [f0] is an isolated point of the set [S]: no other point of [S] is close to it. *)
Definition isolated q (S : 'rV[F]_q -> Prop) (f0 : 'rV_q) : Prop :=
  S f0 /\ exists2 r, 0 < r & forall f, S f -> norm1 (f - f0) < r -> f = f0.

(** The curve [f] is continuous at 0. *)
Definition continuous q (f : 'rV[F]_1 -> 'rV[F]_q) : Prop :=
  forall eps, 0 < eps -> near 0 (fun s => norm1 (f s - f 0) < eps).

(** [v] is a velocity of the orbit [o] at the parameters (t, f0), where the second one takes values in [S] only: along a curve of parameters that starts there, the first differentiable and the second continuous. *)
Definition curve_velocity p q d (o : 'rV[F]_p -> 'rV[F]_q -> 'rV[F]_d) (S : 'rV_q -> Prop)
    (t : 'rV_p) (f0 : 'rV_q) (v : 'rV_d) : Prop :=
  exists (theta : 'rV_1 -> 'rV_p) (f : 'rV_1 -> 'rV_q),
  [/\ theta 0 = t /\ exists c : 'rV_p, differential theta 0 c^T, f 0 = f0, forall s, S (f s), continuous f &
      differential (fun s => o (theta s) (f s)) 0 v^T].

(** A discrete parameter contributes no direction: the velocities at (theta_0, f0) along all curves of parameters are V_aug, the image of the differential of the orbit in the other parameters. *)
Theorem part_discrete p q d (o : 'rV[F]_p -> 'rV[F]_q -> 'rV[F]_d) (S : 'rV_q -> Prop)
    (t : 'rV_p) (f0 : 'rV_q) (O : 'M_(d, p)) :
  isolated S f0 -> differential (o ^~ f0) t O ->
  forall v, curve_velocity o S t f0 v <-> (v <= O^T)%MS.
Proof.
move=> [Sf0 [r r0 alone]] DO v; split.
  move=> [theta [f [[t0 [c Dc]] ff0 Sf fc Dv]]]; rewrite -t0 in DO.
  have still : near 0 (fun s => o (theta s) (f s) = o (theta s) f0).
    have [dl d0 H] := fc _ r0; exists dl => // s /H b; congr (o _ _).
    by apply: alone => //; rewrite -ff0.
  have := differential_unique (differential_near still Dv) (differential_comp Dc DO).
  by move=> /(congr1 trmx); rewrite trmxK trmx_mul trmxK => ->; apply: submxMl.
case/submxP=> c ->; exists (fun s => t + s *m c), (fun=> f0); split=> //.
- by rewrite mul0mx addr0; split=> //; exists c; apply: differential_line.
- by move=> eps e0; exists 1 => // s _; rewrite subrr norm10.
- rewrite trmx_mul trmxK; apply: (differential_comp (g := o ^~ f0) (differential_line t c 0)).
  by rewrite mul0mx addr0.
Qed.

(** The flip of the line, f = 1 or f = -1, with translations: o(theta, f) = (z + theta) f at z = 1. The one direction is that of the translations. *)
Lemma part_discrete_met :
  exists (o : 'rV[F]_1 -> 'rV[F]_1 -> 'rV[F]_1) (S : 'rV_1 -> Prop) (O : 'M_1),
  [/\ isolated S 1%:M, S (- 1%:M), o 0 (- 1%:M) != o 0 1%:M, differential (o ^~ 1%:M) 0 O & O != 0].
Proof.
exists (fun s f => (1%:M + s) *m f), (fun f => f = 1%:M \/ f = - 1%:M), 1%:M; split.
- split; first by left.
  exists 1; rewrite ?ltr01 // => f [->//|->]; rewrite -opprD norm1N -raddfD norm1_scalar.
  by rewrite ger0_norm ?addr_ge0 ?ler01 // ltNge ler_addl ler01.
- by right.
- rewrite addr0 !mul1mx -subr_eq0 -opprD oppr_eq0 -raddfD; apply/eqP => /matrixP /(_ 0 0).
  by rewrite !mxE mulr1n => /eqP; rewrite (_ : 1 + 1 = 2%:R) // pnatr_eq0.
- have := differential_affine (1%:M : 'M[F]_1) 1%:M 0; apply: differential_ext => s.
  by rewrite trmx1 !mulmx1 addrC.
- by rewrite -mxrank_eq0 mxrank1.
Qed.

(** That f0 is isolated is needed: a parameter that may take every value has its own direction. *)
Lemma part_discrete_needs_isolated :
  exists (o : 'rV[F]_1 -> 'rV[F]_1 -> 'rV[F]_1) (O : 'M_1) (v : 'rV_1),
  [/\ differential (o ^~ 0) 0 O, curve_velocity o (fun=> True) 0 0 v & ~~ (v <= O^T)%MS].
Proof.
exists (fun _ f => f), 0, 1%:M; split; first exact: differential_constant.
- exists (fun=> 0), id; split=> //; first by split=> //; exists 0; rewrite trmx0; apply: differential_constant.
    by move=> eps e0; exists eps => // s; rewrite add0r subr0.
  by rewrite trmx1; apply: differential_id.
- by rewrite trmx0 submx0 -mxrank_eq0 mxrank1.
Qed.

End Discrete.
