(** The readings of 5.2 that hold with an added hypothesis, for augmentations with any number of parameters. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth symmetry intervals.
From Geometry.prop52 Require Import hessian neighbourhood converse.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The augmentation tangent space at [z]: the image of the derivative of [theta |-> T_theta z] at [theta0]. *)
Definition V_aug (p d : nat) (T : vec p -> vec d -> vec d) (theta0 : vec p) (z v : vec d) : Prop :=
  exists eta : vec p, v = mulv (jac (fun theta => T theta z) theta0) eta.

(** Every vector of the augmentation tangent space is the velocity of a curve [T_{theta0 + t eta} z]. *)
Lemma V_aug_velocity (p d : nat) (T : vec p -> vec d -> vec d) (theta0 : vec p) (z v : vec d) :
  C1map (fun theta => T theta z) theta0 -> V_aug T theta0 z v ->
  exists theta : R -> vec p, theta 0 = theta0 /\ (forall q, continuous (fun t => theta t q) 0)
    /\ has_velocity (fun t => T (theta t) z) 0 v.
Proof.
move=> TC [eta ->]; pose theta t := addv theta0 (scalev t eta).
have t0 : theta 0 = theta0 by apply: functional_extensionality => q; rewrite /theta /addv /scalev; ring.
have vel : has_velocity theta 0 eta by move=> q; rewrite /theta /addv /scalev; auto_derive => //; ring.
exists theta; split=> //; split; first exact: velocity_cont vel.
move=> i; have := @chain_rule p (comp (fun theta => T theta z) i) theta 0 eta.
by rewrite t0; apply.
Qed.

(** Reading `effective-neighbourhood`: at a critical [z] near which [h] is invariant ([h o T_theta = h] on a
    neighbourhood of [z] for [theta] near [theta0], with [D_z T_theta] continuous at [theta0]), [H_eff v = 0]
    for all [v] in [V_aug(z)]. *)
Theorem reading_effective_neighbourhood (d k p : nat) (L : vec k -> R) (h : vec d -> vec k)
    (T : vec p -> vec d -> vec d) (theta0 : vec p) (z : vec d) :
  C2map h z -> C2 L (h z) -> C1map (fun theta => T theta z) theta0 ->
  near z (fun y => T theta0 y = y) ->
  near theta0 (fun theta => forall i j, ex_partial (comp (T theta) i) j z) ->
  (forall i j, cont (fun theta => jac (T theta) z i j) theta0) ->
  near theta0 (fun theta => near z (fun y => h (T theta y) = h y)) ->
  mulv (tr (jac h z)) (grad L (h z)) = zerov ->
  forall v, V_aug T theta0 z v -> mulv (effective L h z) v = zerov.
Proof.
move=> hC LC TC T0 Tex Tcont inv crit v /(V_aug_velocity TC) [theta [t0 [tc vel]]].
exact: (part_hessian_neighbourhood hC LC T0 Tex Tcont inv t0 tc vel crit).
Qed.

(** Reading `collapse-everywhere`: if the metric [J_h^T J_h] is singular along the orbit [O] at each of its
    points, [v^T J_h^T J_h v = 0] for all its tangents [v], a C^1-connected orbit is mapped to one point. *)
Theorem reading_collapse_everywhere (d k : nat) (h : vec d -> vec k) (O : vec d -> Prop) :
  C1_connected O -> (forall y, O y -> C2map h y) ->
  (forall y v, O y -> tangent O y v -> form (mulm (tr (jac h y)) (jac h y)) v v = 0) ->
  forall x y, O x -> O y -> h x = h y.
Proof.
move=> conn hC singular; apply: (part_converse conn) => y Oy; first exact: C2map_C1map (hC y Oy).
by move=> Oy' tan; apply: dot_eq0; have := singular y _ Oy' tan; rewrite /form mulv_mulm dot_mulv.
Qed.
