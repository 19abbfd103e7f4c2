(** Theorem 5.1: what is refuted, with rotations, a blur and a kink. *)
From Coq Require Import Reals Lra Lia FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain real_functions.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** ** The tangent space as a function of z *)

(** [o] is C^1 at 0: near 0 it has a velocity, and the velocity is continuous at 0. *)
Definition C1_curve (d : nat) (o : R -> vec d) : Prop :=
  exists v : R -> vec d, locally 0 (fun t => has_velocity o t (v t)) /\
    forall i, continuous (fun t => v t i) 0.

(** [v] lies in V_aug(x): it is a multiple of the velocity at 0 of the orbit t -> enc (T_t x). *)
Definition in_Vaug (m d : nat) (T : R -> vec m -> vec m) (enc : vec m -> vec d) (x : vec m) (v : vec d) :=
  exists c w, has_velocity (fun t => enc (T t x)) 0 w /\ v = scalev c w.

(** The sentence of reading `of-z`: inputs with one representation have one tangent space. *)
Definition sentence_of_z : Prop :=
  forall (m d : nat) (T : R -> vec m -> vec m) (enc : vec m -> vec d),
  (forall x, T 0 x = x) -> (forall x, C1_curve (fun t => enc (T t x))) ->
  forall x x', enc x = enc x' -> forall v, in_Vaug T enc x v <-> in_Vaug T enc x' v.

(** The rotations of the plane, and the encoder that keeps the first coordinate. *)
Definition rotation (t : R) (x : vec 2) : vec 2 :=
  vec2 (x first * cos t - x second * sin t) (x first * sin t + x second * cos t).
Definition first_coordinate (x : vec 2) : vec 1 := vec1 (x first).

Lemma rotation_velocity x t : has_velocity (fun t => first_coordinate (rotation t x)) t
  (vec1 (- x first * sin t - x second * cos t)).
Proof. by apply: all1; rewrite /first_coordinate /rotation /vec1 /vec2 /=; auto_derive => //; ring. Qed.

(** The counterexample to `of-z`: (1, 0) and (1, 1) have one representation; the tangent space of the
    former is {0}, and 1 lies in that of the latter. *)
Theorem of_z_counterexample :
  [/\ forall x, rotation 0 x = x, forall x, C1_curve (fun t => first_coordinate (rotation t x)),
      first_coordinate (vec2 1 0) = first_coordinate (vec2 1 1),
      forall v, in_Vaug rotation first_coordinate (vec2 1 0) v -> v = zerov
    & in_Vaug rotation first_coordinate (vec2 1 1) (vec1 1)].
Proof.
split=> [x|x||v [c [w [vel ->]]]|].
- by apply: functional_extensionality; apply: all2; rewrite /rotation /vec2 /= sin_0 cos_0; ring.
- exists (fun t => vec1 (- x first * sin t - x second * cos t)); split.
    by apply: locally_all => t; exact: rotation_velocity.
  by move=> i; rewrite /vec1; apply: ex_derive_continuous; auto_derive.
- by apply: functional_extensionality.
- apply: functional_extensionality; apply: all1; rewrite /scalev /zerov.
  have u := is_derive_unique _ _ _ (vel first).
  have := is_derive_unique _ _ _ (rotation_velocity (vec2 1 0) 0 first).
  by rewrite u /vec1 /vec2 /= sin_0 cos_0 => ->; ring.
- exists (-1), (vec1 (-1)); split.
    apply: all1; have := rotation_velocity (vec2 1 1) 0 first.
    by rewrite {2}/vec1 /vec2 /= sin_0 cos_0 (_ : _ - _ = -1) //; ring.
  by apply: functional_extensionality => i; rewrite /scalev /vec1; ring.
Qed.

(** Reading `of-z` is refuted. *)
Theorem refuted_of_z : ~ sentence_of_z.
Proof.
move=> S; have [a b e V0 V1] := of_z_counterexample.
have /V0/(at_index first) := proj2 (S _ _ _ _ a b _ _ e (vec1 1)) V1.
by rewrite /vec1 /zerov; lra.
Qed.

(** ** One-sided derivatives *)

(** [v] is the velocity from the right of the curve [o] at 0. *)
Definition right_velocity (d : nat) (o : R -> vec d) (v : vec d) : Prop :=
  forall i, filterlim (fun s => (o s i - o 0 i) / s) (at_right 0) (locally (v i)).

(** [v] is the velocity of an augmentation that starts at the parameter 0: the parameter [theta] runs through
    a curve in the set [P] of admissible parameters, starts at 0, and [o (theta)] has the velocity [v]. *)
Definition velocity (d : nat) (P : R -> Prop) (o : R -> vec d) (v : vec d) : Prop :=
  exists theta : R -> R, [/\ theta 0 = 0, forall s, 0 <= s -> P (theta s)
    & right_velocity (fun s => o (theta s)) v].

(** The orbit has one-sided derivatives at 0: one on each side that is admissible. *)
Definition one_sided (d : nat) (P : R -> Prop) (o : R -> vec d) : Prop :=
  ((exists e, 0 < e /\ forall t, 0 <= t < e -> P t) -> exists v, right_velocity o v) /\
  ((exists e, 0 < e /\ forall t, 0 <= t < e -> P (- t)) -> exists v, right_velocity (fun s => o (- s)) v).

(** The orbit of two pixels (1, -1) under blur of variance t >= 0, mirrored at the ends; and a kink,
    z + |t| v with z = (1, 0) and v = (1, 0), as bilinear interpolation has at the identity. *)
Definition blurred (t : R) : vec 2 := vec2 (exp (- (PI ^ 2 * t / 8))) (- exp (- (PI ^ 2 * t / 8))).
Definition kinked (t : R) : vec 2 := vec2 (1 + Rabs t) 0.

(** A derivative gives the velocity from the right. *)
Lemma right_velocity_derive d (o : R -> vec d) v : has_velocity o 0 v -> right_velocity o v.
Proof.
move=> D i P [eps H]; have /is_derive_Reals /(_ eps (cond_pos eps)) [delta K] := D i.
exists delta => s sb s0; apply: H; rewrite /ball /= /AbsRing_ball /abs /minus /plus /opp /=.
have := K s; rewrite Rplus_0_l; apply; first lra.
by move: sb; rewrite /ball /= /AbsRing_ball /abs /minus /plus /opp /= Ropp_0 Rplus_0_r.
Qed.

Lemma is_derive_decay (a c : R) : is_derive (fun t => c * exp (- (a * t / 8))) 0 (- c * a / 8).
Proof. by auto_derive => //; rewrite (_ : - (a * 0 / 8) = 0) ?exp_0; field. Qed.

(** A limit of numbers that are >= 0 is >= 0. *)
Lemma right_limit_ge0 (f : R -> R) l :
  filterlim f (at_right 0) (locally l) -> (forall s, 0 < s -> 0 <= f s) -> 0 <= l.
Proof.
move=> lim pos; apply: Rnot_lt_le => neg.
have [e H] := lim _ (locally_gt neg).
have h : ball 0 e (e / 2).
  rewrite /ball /= /AbsRing_ball /abs /minus /plus /opp /= Ropp_0 Rplus_0_r Rabs_pos_eq; have := cond_pos e; lra.
have p : 0 < e / 2 by have := cond_pos e; lra.
by have := H _ h p; have := pos _ p; lra.
Qed.

Lemma blurred_velocity (side : R) :
  right_velocity (fun s => blurred (side * s)) (vec2 (- (side * PI ^ 2 / 8)) (side * PI ^ 2 / 8)).
Proof.
have D := is_derive_decay (side * PI ^ 2).
apply: right_velocity_derive; apply: all2; rewrite /blurred /vec2; cbn -[pow].
- have E : - (side * PI ^ 2 / 8) = - 1 * (side * PI ^ 2) / 8 by field.
  have F t : 1 * exp (- (side * PI ^ 2 * t / 8)) = exp (- (PI ^ 2 * (side * t) / 8)).
    by rewrite Rmult_1_l; congr (exp (- (_ / 8))); ring.
  by rewrite E; apply: is_derive_ext F (D 1).
- have E : side * PI ^ 2 / 8 = - -1 * (side * PI ^ 2) / 8 by field.
  have F t : -1 * exp (- (side * PI ^ 2 * t / 8)) = - exp (- (PI ^ 2 * (side * t) / 8)).
    by rewrite (_ : side * PI ^ 2 * t = PI ^ 2 * (side * t)); ring.
  by rewrite E; apply: is_derive_ext F (D (-1)).
Qed.

(** Without their span, one-sided velocities need not form a subspace: a velocity of blur whose negative is none. *)
Theorem part_cone_blur :
  [/\ one_sided (fun t => 0 <= t) blurred,
      velocity (fun t => 0 <= t) blurred (vec2 (- (PI ^ 2 / 8)) (PI ^ 2 / 8))
    & ~ velocity (fun t => 0 <= t) blurred (scalev (-1) (vec2 (- (PI ^ 2 / 8)) (PI ^ 2 / 8)))].
Proof.
have vel : right_velocity blurred (vec2 (- (PI ^ 2 / 8)) (PI ^ 2 / 8)).
  have := @blurred_velocity 1; rewrite Rmult_1_l.
  by rewrite (_ : (fun s => blurred (1 * s)) = blurred) //; apply: functional_extensionality => s; rewrite Rmult_1_l.
split.
- split=> _; first by exists (vec2 (- (PI ^ 2 / 8)) (PI ^ 2 / 8)).
  exists (vec2 (- (-1 * PI ^ 2 / 8)) (-1 * PI ^ 2 / 8)); have := @blurred_velocity (-1).
  by rewrite (_ : (fun s => blurred (-1 * s)) = (fun s => blurred (- s))) //;
    apply: functional_extensionality => s; congr blurred; ring.
- by exists id.
- move=> [theta [t0 tp]] /(_ first); rewrite /scalev /vec2 /blurred /= => lim.
  have q : 0 < PI * PI by have := PI_RGT_0; nra.
  have : 0 <= - (-1 * - (PI * (PI * 1) / 8)).
    apply: (right_limit_ge0 (f := fun s =>
      - ((exp (- (PI * (PI * 1) * theta s / 8)) - exp (- (PI * (PI * 1) * theta 0 / 8))) / s))).
      exact: filterlim_comp lim (filterlim_opp _).
    move=> s s0; rewrite t0 (_ : - (PI * (PI * 1) * 0 / 8) = 0) ?exp_0; last by field.
    have th := tp s (Rlt_le _ _ s0).
    have le : exp (- (PI * (PI * 1) * theta s / 8)) <= 1.
      rewrite -[X in _ <= X]exp_0; case: (Rle_lt_or_eq_dec _ _ th) => [lt|<-].
        by apply: Rlt_le; apply: exp_increasing; have := Rmult_lt_0_compat _ _ q lt; lra.
      by rewrite Rmult_0_r /Rdiv Rmult_0_l Ropp_0; lra.
    have i0 := Rinv_0_lt_compat _ s0.
    by have : 0 <= (1 - exp (- (PI * (PI * 1) * theta s / 8))) * / s; [apply: Rmult_le_pos|rewrite /Rdiv]; lra.
  lra.
Qed.

(** The same with parameters of both signs, where the orbit has a kink. *)
Theorem part_cone_two_sided_kink :
  [/\ one_sided (fun _ => True) kinked, velocity (fun _ => True) kinked (vec2 1 0)
    & ~ velocity (fun _ => True) kinked (scalev (-1) (vec2 1 0))].
Proof.
have vel (side : R) : Rabs side = 1 -> right_velocity (fun s => kinked (side * s)) (vec2 1 0).
  move=> s1; apply: all2; rewrite /kinked /vec2 /=.
    apply: (filterlim_ext_loc (fun _ => 1)); last exact: filterlim_const.
    exists (mkposreal _ Rlt_0_1) => s _ s0; rewrite Rmult_0_r Rabs_R0 Rabs_mult s1 (Rabs_pos_eq s); [field|]; lra.
  apply: (filterlim_ext_loc (fun _ => 0)); last exact: filterlim_const.
  exists (mkposreal _ Rlt_0_1) => s _ s0; field; lra.
have e1 : (fun s => kinked (1 * s)) = kinked by apply: functional_extensionality => s; rewrite Rmult_1_l.
have em : (fun s => kinked (-1 * s)) = (fun s => kinked (- s)).
  by apply: functional_extensionality => s; congr kinked; ring.
have v1 : right_velocity kinked (vec2 1 0) by rewrite -e1; apply: vel; rewrite Rabs_R1.
split.
- by split=> _; exists (vec2 1 0) => //; rewrite -em; apply: vel; rewrite Rabs_Ropp Rabs_R1.
- by exists id.
- move=> [theta [t0 tp]] /(_ first); rewrite /scalev /vec2 /kinked /= => lim.
  have : 0 <= -1 * 1; last lra.
  apply: (right_limit_ge0 lim) => s s0; rewrite /vec2 /= t0 Rabs_R0; have := Rabs_pos (theta s) => a.
  by have i0 := Rinv_0_lt_compat _ s0; apply: Rmult_le_pos; lra.
Qed.
