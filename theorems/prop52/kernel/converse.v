(** The converse of metric singularity, along an orbit. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth symmetry intervals.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** A C^1 curve: every coordinate is differentiable at every time of [[a, b]] with a continuous derivative. *)
Definition C1_curve (d : nat) (gamma : R -> vec d) (a b : R) : Prop :=
  forall t i, a <= t <= b ->
    ex_derive (fun s => gamma s i) t /\ continuous (Derive (fun s => gamma s i)) t.

(** The set [O] (an orbit) is C^1-connected: any two of its points are joined by a C^1 curve that runs in [O]. *)
Definition C1_connected (d : nat) (O : vec d -> Prop) : Prop :=
  forall x y, O x -> O y -> exists gamma : R -> vec d,
    gamma 0 = x /\ gamma 1 = y /\ C1_curve gamma 0 1 /\ forall t, 0 <= t <= 1 -> O (gamma t).

(** The vector [v] is tangent to [O] at [y]: it is the velocity in [y] of a C^1 curve [gamma] that runs in
    [O] for the times in [[0, 1]]. *)
Definition tangent (d : nat) (O : vec d -> Prop) (y v : vec d) : Prop :=
  exists (gamma : R -> vec d) (t : R), 0 <= t <= 1 /\ C1_curve gamma 0 1
    /\ (forall s, 0 <= s <= 1 -> O (gamma s)) /\ gamma t = y /\ has_velocity gamma t v.

(** If the orbit [O] is C^1-connected, [h] is C^1 near its points, and [J_h v = 0] for all tangents [v] at every
    one of its points, then [h] is constant on [O]. *)
Theorem part_converse (d k : nat) (h : vec d -> vec k) (O : vec d -> Prop) :
  C1_connected O -> (forall y, O y -> C1map h y) ->
  (forall y v, O y -> tangent O y v -> mulv (jac h y) v = zerov) ->
  forall x y, O x -> O y -> h x = h y.
Proof.
move=> conn hC singular x y Ox Oy; have [gamma [<- [<- [gC run]]]] := conn x y Ox Oy.
apply: functional_extensionality => a.
apply: (constant_interval (I := fun t => 0 <= t <= 1) (g := fun t => h (gamma t) a)); try lra.
  exact: closed_interval.
move=> t tb; have vel : has_velocity gamma t (velocity gamma t).
  by move=> i; apply: Derive_correct; case: (gC t i tb).
have := chain_rule (hC _ (run t tb) a) vel.
have -> : dot (grad (comp h a) (gamma t)) (velocity gamma t) = 0; last exact: id.
have tan : tangent O (gamma t) (velocity gamma t) by exists gamma, t.
exact: (congr1 (fun w => w a) (singular _ _ (run t tb) tan)).
Qed.

Lemma flat (g : R -> R) (t l : R) : 0 <= t <= 1 -> (forall s, 0 <= s <= 1 -> g s = g t) ->
  is_derive g t l -> l = 0.
Proof.
move=> tb c D; have [//|n] := Req_dec l 0.
have l0 := Rabs_pos_lt _ n; have e0 : 0 < Rabs l / 2 by lra.
move: D => /is_derive_eps /(_ (mkposreal _ e0)) [e H].
pose x := Rmin (e / 2) (/ 2).
have x0 : 0 < x by apply: Rmin_pos; [have := cond_pos e; lra | lra].
have xe : x < e by apply: Rle_lt_trans (Rmin_l _ _) _; have := cond_pos e; lra.
have xh : x <= / 2 by apply: Rmin_r.
have contra s : 0 <= s <= 1 -> Rabs (s - t) = x -> False.
  move=> sb ex; have b : ball t e s by rewrite /ball /= /AbsRing_ball /abs /minus /plus /opp /=; move: ex; rewrite /Rminus => ->.
  have := H s b; rewrite c // ex (_ : _ - _ - _ = - (l * (s - t))) ?Rabs_Ropp ?Rabs_mult ?ex /=; last by ring.
  have := Rmult_lt_0_compat _ _ l0 x0; lra.
exfalso; have [th|th] := Rle_lt_dec t (/ 2).
  by apply: (contra (t + x)); [lra | rewrite (_ : t + x - t = x) ?Rabs_pos_eq; lra].
by apply: (contra (t - x)); [lra | rewrite (_ : t - x - t = - x) ?Rabs_Ropp ?Rabs_pos_eq; lra].
Qed.

(** The point of the unit circle with the angle [s]. *)
Definition circle (s : R) : vec 2 := fun i => if i == ord0 then cos s else sin s.

Lemma circle_velocity a b t : has_velocity (fun s => circle (a + s * b)) t
  (fun i => if i == ord0 then - (b * sin (a + t * b)) else b * cos (a + t * b)).
Proof. by move=> i; rewrite /circle; case: eqP => _; auto_derive => //; ring. Qed.

Lemma circle_C1 a b : C1_curve (fun s => circle (a + s * b)) 0 1.
Proof.
move=> t i _; split; first by eexists; exact: circle_velocity.
apply: (continuous_ext (fun s => if i == ord0 then - (b * sin (a + s * b)) else b * cos (a + s * b))).
  by move=> s; rewrite (is_derive_unique _ _ _ (circle_velocity a b s i)).
by case: eqP => _; apply: ex_derive_continuous; auto_derive.
Qed.

(** The hypotheses are met by the unit circle of the plane and [h(z) = |z|^2], which is not constant. *)
Lemma part_converse_met : exists (h : vec 2 -> vec 1) (O : vec 2 -> Prop),
  C1_connected O /\ (forall y, O y -> C1map h y)
  /\ (forall y v, O y -> tangent O y v -> mulv (jac h y) v = zerov)
  /\ (exists y v, O y /\ tangent O y v /\ v <> zerov) /\ (exists x y, h x <> h y).
Proof.
pose h (z : vec 2) : vec 1 := fun=> dot z z.
pose O (z : vec 2) := exists s, z = circle s.
have hC y : C1map h y by move=> a; apply: C1_sum => i; apply: C1_mult; exact: C1_coord.
have hO y : O y -> dot y y = 1.
  move=> [s ->]; rewrite /dot !big_ord_recl big_ord0 /circle /=; have := sin2_cos2 s; rewrite /Rsqr; lra.
exists h, O; split.
  move=> x y [s ->] [t ->]; exists (fun r => circle (s + r * (t - s))).
  split; first by congr circle; ring.
  split; first by congr circle; ring.
  by split; [exact: circle_C1 | move=> r _; eexists].
split; first by move=> y _; exact: hC.
split.
  move=> y v Oy [gamma [t [tb [gC [run [gt vel]]]]]].
  apply: functional_extensionality => a; rewrite /zerov; subst y.
  apply: (flat (g := fun s => h (gamma s) a) tb); last exact: (chain_rule (hC _ a) vel).
  by move=> s sb; rewrite /h (hO _ (run s sb)) (hO _ (run t tb)).
split.
  exists (circle 0), (fun i => if i == ord0 then - (1 * sin (0 + 0 * 1)) else 1 * cos (0 + 0 * 1)).
  split; first by exists 0.
  split.
    exists (fun s => circle (0 + s * 1)), 0; split; first by lra.
    split; first exact: circle_C1.
    split; first by move=> s _; eexists.
    split; first by congr circle; ring.
    exact: circle_velocity.
  move=> /(congr1 (fun v => v ord_max)); rewrite /zerov /= (_ : 0 + 0 * 1 = 0) ?cos_0; lra.
exists zerov, (kron ord0) => /(congr1 (fun v => v ord0)).
rewrite /h dot0l /dot sum_kron /kron eqxx; lra.
Qed.

(** One point is not enough: [h(z) = z^3] has [J_h = 0] at [0], and is not constant on the line. *)
Lemma part_converse_needs_every_point : exists (h : vec 1 -> vec 1) (O : vec 1 -> Prop) (y : vec 1),
  C1_connected O /\ (forall x, C1map h x) /\ O y /\ (forall v, tangent O y v -> mulv (jac h y) v = zerov)
  /\ exists x, O x /\ h x <> h y.
Proof.
exists (fun z _ => z ord0 * (z ord0 * z ord0)), (fun=> True), zerov; split.
  move=> x y _ _; exists (fun t i => x i + t * (y i - x i)).
  split; first by apply: functional_extensionality => i; ring.
  split; first by apply: functional_extensionality => i; ring.
  split=> // t i _.
  have D s : is_derive (fun t => x i + t * (y i - x i)) s (y i - x i) by auto_derive => //; ring.
  split; first by eexists; exact: D.
  apply: (continuous_ext (fun=> y i - x i)); last exact: continuous_const.
  by move=> s; rewrite (is_derive_unique _ _ _ (D s)).
split; first by move=> x a; apply: C1_mult; [exact: C1_coord | apply: C1_mult; exact: C1_coord].
split=> //; split.
  move=> v _; apply: functional_extensionality => a; rewrite /mulv big_ord_recl big_ord0 /jac /comp.
  rewrite (_ : partial _ _ _ = 0) /zerov; first by ring.
  by apply: is_derive_unique; rewrite /upd eqxx; auto_derive => //; ring.
exists (fun=> 1); split=> // /(congr1 (fun v => v ord0)); rewrite /zerov; lra.
Qed.
