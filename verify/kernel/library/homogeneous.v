(** Functions that do not depend on the length of their argument: the identities of Euler. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth symmetry.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** [L(t u) = L(u)] for all [t > 0]. *)
Definition scale_invariant (k : nat) (L : vec k -> R) : Prop :=
  forall u t, 0 < t -> L (scalev t u) = L u.

Section Euler.
Variables (k : nat) (L : vec k -> R).
Hypothesis inv : scale_invariant L.

Lemma euler_first u : C1 L u -> dot (grad L u) u = 0.
Proof.
move=> LC; have s1 : scalev 1 u = u by apply: functional_extensionality => i; rewrite /scalev; ring.
have := @chain_rule k L (fun t => scalev t u) 1 u; rewrite s1 => /(_ LC) D.
have {}D := is_derive_unique _ _ _ (D _); rewrite -D; last by move=> i; rewrite /scalev; auto_derive => //; ring.
apply: is_derive_unique; apply: (is_derive_ext_loc (fun=> L u)); last exact: is_derive_const.
by exists (mkposreal 1 Rlt_0_1) => t /Rabs_def2 /= [_ b]; rewrite inv //; move: b; rewrite /minus /plus /opp /=; lra.
Qed.

Lemma euler_second u : C2 L u -> mulv (hess L u) u = scalev (-1) (grad L u).
Proof.
move=> LC; apply: functional_extensionality => j.
suff : mulv (hess L u) u j + grad L u j = 0 by rewrite /scalev; lra.
have E : near u (fun y => 0 = \sum_(i < k) (partial L i y * y i)).
  by apply: near_imp (C1_near (C2_C1 LC)) => y /euler_first.
rewrite -(partial_const 0 u j) (partial_ext_near j E) partial_sum => [|i]; last first.
  by apply: C1_mult; [case: LC | exact: C1_coord].
rewrite -(sum_kron j (grad L u)) -sumD; apply: eq_sum => i.
rewrite -(near_point (near_partial_mult j (LC.2 i) (C1_coord i u))) partial_coord.
by rewrite /hess /grad; ring.
Qed.
End Euler.
