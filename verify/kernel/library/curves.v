(** The length of a curve. *)
From Coq Require Import Reals.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth symmetry.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The length of the curve [gamma] from the time [a] to the time [b]. *)
Definition curve_length (d : nat) (gamma : R -> vec d) (a b : R) : R :=
  RInt (fun t => len (velocity gamma t)) a b.
