(** What the quoted statement assumes and claims about a collapse: the conditions of its readings. *)
From Coq Require Import Reals Lra Lia FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth.
From Geometry Require Export conditions.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The configuration is collapsed: the encoder maps every input to the same [z]. *)
Definition collapsed (X : Type) (d : nat) (enc : X -> vec d) (z : vec d) : Prop := forall x, enc x = z.

(** The head is not affine near [z]: some second derivative of it at [z] is not zero. *)
Definition not_affine (d k : nat) (h : vec d -> vec k) (z : vec d) : Prop :=
  exists a i j, hess (comp h a) z i j <> 0.

(** [gamma] follows the gradient flow of [f] on [0, T]: where it passes, [f] is C^1, and its velocity is
    [- grad f]. *)
Definition flow (d : nat) (f : vec d -> R) (gamma : R -> vec d) (T : R) : Prop :=
  forall t, 0 <= t <= T -> C1 f (gamma t) /\ has_velocity gamma t (scalev (-1) (grad f (gamma t))).

(** Gradient flow of [f] does not move away from [z]: for every [eps], flows that start close enough to [z] stay
    within [eps] of it. *)
Definition stays (d : nat) (f : vec d -> R) (z : vec d) : Prop :=
  forall eps, 0 < eps -> exists delta, 0 < delta /\
  forall gamma T, flow f gamma T -> len (subv (gamma 0) z) < delta ->
  forall t, 0 <= t <= T -> len (subv (gamma t) z) < eps.

(** [0] lies in the Clarke subdifferential of [f] at [z]: in every direction [v] the upper limit of
    [(f (y + t v) - f y) / t], as [y -> z] and [t -> 0] from above, is at least [0]. *)
Definition stationary (d : nat) (f : vec d -> R) (z : vec d) : Prop :=
  forall v eps delta, 0 < eps -> 0 < delta -> exists y t,
  [/\ forall i, Rabs (y i - z i) < delta, 0 < t < delta
    & - eps <= (f (addv y (scalev t v)) - f y) / t].
