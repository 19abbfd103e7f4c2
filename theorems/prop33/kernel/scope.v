(** Losses without a metric. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets conditions chain pullback smooth symmetry orthonormal homogeneous cosine.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** If [L(t u) = L(u)] for all [t > 0], then [u^T hess L(u) u = 0] at every [u != 0] near which [L] is C^2; so
    [hess L] is positive definite at no such point: it is no metric. *)
Theorem part_scope (k : nat) (L : vec k -> R) (u : vec k) :
  scale_invariant L -> u <> zerov -> C2 L u ->
  form (hess L u) u u = 0 /\ ~ positive_definite (hess L u).
Proof.
move=> inv u0 LC.
have E : form (hess L u) u u = 0.
  by rewrite /form euler_second // dotZr dotC euler_first ?Rmult_0_r //; exact: C2_C1.
by split=> // pd; have := pd u u0; rewrite E; lra.
Qed.

(** At [u = 0] too: a loss of this kind that is C^2 near [0] is constant, and its Hessian vanishes. *)
Theorem part_scope_origin (k : nat) (L : vec k -> R) :
  scale_invariant L -> C2 L zerov -> forall v, L v = L zerov /\ form (hess L zerov) v v = 0.
Proof.
move=> inv LC; have const v : L v = L zerov.
  have [//|n] := Req_dec (L v) (L zerov); exfalso.
  have p : 0 < Rabs (L v - L zerov) by apply: Rabs_pos_lt; lra.
  have := C1_cont (C2_C1 LC) (locally_ball (L zerov : R_UniformSpace) (mkposreal _ p)).
  move=> /nearP [e H]; pose S := \sum_(i < k) Rabs (v i).
  have S0 : 0 <= S by apply: sum_ge0 => i; exact: Rabs_pos.
  have e0 := cond_pos e; have t0 : 0 < e / (S + 1) by apply: Rdiv_lt_0_compat; lra.
  have := H (scalev (e / (S + 1)) v) _; rewrite /ball /= /AbsRing_ball /abs /minus /plus /opp /= inv // => A.
  suff : Rabs (L v + - L zerov) < Rabs (L v - L zerov) by rewrite /Rminus; lra.
  apply: A => i; rewrite /scalev /zerov Rminus_0_r Rabs_mult (Rabs_pos_eq (e / (S + 1))); last lra.
  have le : Rabs (v i) <= S.
    rewrite /S (bigD1 i) //=; set r := \big[_/_]_(_ | _) _.
    suff : 0 <= r by lra.
    by rewrite /r; elim/big_ind: _ => [|x y *|j _]; [lra | lra | exact: Rabs_pos].
  apply: Rle_lt_trans (Rmult_le_compat_l _ _ _ (Rlt_le _ _ t0) le) _.
  have -> : e / (S + 1) * S = e - e / (S + 1) by field; lra.
  lra.
move=> v; split=> //; rewrite /form (_ : mulv _ v = zerov) ?dot0r //.
apply: functional_extensionality => i; rewrite /mulv /zerov -[RHS](sum0 k); apply: eq_sum => j.
rewrite /hess (partial_ext (g := fun=> 0)) ?partial_const => [|y]; first by ring.
by rewrite (partial_ext (g := fun=> L zerov)) ?partial_const.
Qed.

(** The hypotheses are met, with a gradient that does not vanish, by the loss [2 - 2 cos(u, t)] of the plane and
    orthogonal unit vectors [u] and [t]. *)
Lemma part_scope_met : exists (L : vec 2 -> R) (u : vec 2),
  scale_invariant L /\ u <> zerov /\ C2 L u /\ grad L u <> zerov.
Proof.
have k1 i : len (@kron 2 i) = 1 by rewrite /len orthonormal_kron /kron eqxx sqrt_1.
have u0 : @kron 2 ord_max <> zerov by move=> e; have := k1 ord_max; rewrite e /len dot0l sqrt_0; lra.
exists (cosine_loss (kron ord0)), (kron ord_max); split; first exact: cosine_scale_invariant.
split=> //; split; first exact: C2_cosine_loss.
by apply: grad_cosine_loss_orthogonal => //; rewrite orthonormal_kron /kron.
Qed.
