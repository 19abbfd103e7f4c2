(** The functions [c/2 |z - m|^2]. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The function [c/2 |z - m|^2]. *)
Definition bowl (d : nat) (c : R) (m z : vec d) : R := c / 2 * dot (subv z m) (subv z m).

Section Bowl.
Variables (d : nat) (c : R) (m : vec d).

Lemma shift_C2 j z : C2 (fun w : vec d => w j + - m j) z.
Proof. by apply: C2_plus; [exact: C2_coord | exact: C2_const]. Qed.

Lemma partial_shift i j z : partial (fun w : vec d => w j + - m j) i z = kron i j.
Proof.
by rewrite -(near_point (near_partial_plus i (C1_coord j z) (C1_const (- m j) z))) partial_coord partial_const Rplus_0_r.
Qed.

Lemma bowl_C2 z : C2 (bowl c m) z.
Proof. by apply: C2_scal; apply: C2_sum => i; apply: C2_mult; exact: shift_C2. Qed.

Lemma partial_bowl z i : partial (bowl c m) i z = c * (z i + - m i).
Proof.
have s1 j : C1 (fun w : vec d => w j + - m j) z by apply: C2_C1; exact: shift_C2.
rewrite /bowl partialZ; last by apply: C1_sum => j; apply: C1_mult; exact: s1.
rewrite /dot partial_sum => [|j]; last by apply: C1_mult; exact: s1.
rewrite (eq_sum (G := fun j => kron i j * (2 * (z j + - m j)))) ?sum_kron; first by field.
by move=> j; rewrite /subv -(near_point (near_partial_mult i (s1 j) (s1 j))) partial_shift; ring.
Qed.

Lemma hess_bowl z i j : hess (bowl c m) z i j = kron i j * c.
Proof.
rewrite /hess (partial_ext (g := fun y => c * (y j + - m j))) => [|y]; last exact: partial_bowl.
by rewrite partialZ ?partial_shift; [ring | apply: C2_C1; exact: shift_C2].
Qed.
End Bowl.
