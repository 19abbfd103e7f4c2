(** Conditions on losses, heads and matrices over the real numbers that the quoted statements speak of. *)
From Coq Require Import Reals Lra.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Geometry Require Import vectors jets.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** [z] is a critical point of [L o h]: [J_h^T rho = 0] with [rho = grad L (h z)]. *)
Definition critical (d k : nat) (L : vec k -> R) (h : vec d -> vec k) (z : vec d) : Prop :=
  mulv (tr (jac h z)) (grad L (h z)) = zerov.

(** The form of [A] takes no negative value; for symmetric [A]: [A] is positive semidefinite. *)
Definition psd (n : nat) (A : mat n n) : Prop := forall v, 0 <= form A v v.

(** The form of [A] is positive except at 0; for symmetric [A]: [A] is positive definite. *)
Definition positive_definite (n : nat) (A : mat n n) : Prop := forall v, v <> zerov -> 0 < form A v v.

(** The form of [A] takes a negative value; for symmetric [A]: its least eigenvalue is negative. *)
Definition negative (n : nat) (A : mat n n) : Prop := exists v, form A v v < 0.

(** The combination [sum_l c_l q_l] of the vectors [q_l]. *)
Definition combination (d r : nat) (q : 'I_r -> vec d) (c : vec r) : vec d :=
  fun i => \sum_(l < r) (c l * q l i).

(** The vectors [q_l] are linearly independent: a basis of the subspace that they span. *)
Definition independent (d r : nat) (q : 'I_r -> vec d) : Prop :=
  forall c, combination q c = zerov -> c = zerov.

(** The matrix [H] has rank [r]: its columns are combinations of [r] independent ones of them. *)
Definition rank (k : nat) (H : mat k k) (r : nat) : Prop :=
  exists p : 'I_r -> 'I_k, independent (fun l => (fun i => H i (p l))) /\
    forall j, exists c, (fun i => H i j) = combination (fun l => (fun i => H i (p l))) c.
