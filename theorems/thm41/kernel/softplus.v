(** * Softplus bends upwards everywhere *)
From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import activations.
Open Scope R_scope.

(** Softplus has s'' > 0. *)
Lemma softplus_bends a : 0 < Derive (Derive softplus) a.
Proof.
rewrite Derive_softplus (is_derive_unique _ _ _ (is_derive_sigmoid a)) /sigmoid.
have p := exp_pos (- a); set x := exp (- a) in p *.
have -> : 1 - / (1 + x) = x * / (1 + x) by field; lra.
have q : 0 < / (1 + x) by apply: Rinv_0_lt_compat; lra.
by apply: Rmult_lt_0_compat => //; apply: Rmult_lt_0_compat.
Qed.

(** Softplus has s'(0) != 0. *)
Lemma softplus_rises : Derive softplus 0 <> 0.
Proof. by rewrite (named_slope (or_introl (eq_refl _))); lra. Qed.
