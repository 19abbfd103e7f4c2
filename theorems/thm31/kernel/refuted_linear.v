(** Theorem 3.1: the reading for strictly linear heads behind a loss with a positive definite Hessian. *)
From Coq Require Import Reals Lra Lia FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets conditions chain pullback real_functions.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The head [h] whitens at [z] the subspace that the [q_l] span: [v^T H_eff v = |v|^2] on it. *)
Definition whitens (d k r : nat) (L : vec k -> R) (h : vec d -> vec k) (z : vec d) (q : 'I_r -> vec d) :=
  forall c, let v := combination q c in form (effective L h z) v v = dot v v.

(** The sentence of reading `linear-metric`: let z be a critical point of L o h_0 with h_0(z) = W_0 z, and r the
    rank of hess L (h_0 z), with k, d >= r. With hess L positive definite everywhere, some linear head
    h(z) = W z whitens some S of dimension r at z. *)
Definition sentence_linear_metric : Prop :=
  forall (d k r : nat) (L : vec k -> R) (W0 : mat k d) (z : vec d),
  (forall u, C2 L u) -> critical L (mulv W0) z ->
  rank (hess L (mulv W0 z)) r -> (r <= k)%coq_nat -> (r <= d)%coq_nat ->
  (forall u, positive_definite (hess L u)) ->
  exists (q : 'I_r -> vec d) (W : mat k d), independent q /\ whitens L (mulv W) z q.

(** The loss of one output L(u) = sqrt (1 + u^2). *)
Definition bowl (u : vec 1) : R := sqrt (1 + u first ^ 2).

Lemma root_pos (a : R) : 0 < sqrt (1 + a ^ 2).
Proof. by apply: sqrt_lt_R0; have := Rle_0_sqr a; rewrite /Rsqr /=; lra. Qed.

Lemma root_sqr (a : R) : sqrt (1 + a ^ 2) * sqrt (1 + a ^ 2) = 1 + a ^ 2.
Proof. by apply: sqrt_sqrt; have := Rle_0_sqr a; rewrite /Rsqr /=; lra. Qed.

Lemma is_derive_root w x : is_derive (fun t => sqrt (1 + (w * t) ^ 2)) x
  (w * (w * x) / sqrt (1 + (w * x) ^ 2)).
Proof.
have p := root_pos (w * x); have s := root_sqr (w * x).
auto_derive.
  by repeat split; have := Rle_0_sqr (w * x); rewrite /Rsqr /=; lra.
by rewrite /=; move: p; rewrite /= => p; field; lra.
Qed.

Lemma is_derive_root2 w x : is_derive (fun t => w * (w * t) / sqrt (1 + (w * t) ^ 2)) x
  (w ^ 2 / sqrt (1 + (w * x) ^ 2) ^ 3).
Proof.
have p := root_pos (w * x); have s := root_sqr (w * x).
have D := is_derive_root w x.
have -> : w ^ 2 / sqrt (1 + (w * x) ^ 2) ^ 3 =
   (w * w * sqrt (1 + (w * x) ^ 2) - w * (w * x) * (w * (w * x) / sqrt (1 + (w * x) ^ 2)))
   / (sqrt (1 + (w * x) ^ 2)) ^ 2.
  have e : w * (w * x) * (w * (w * x)) = w * w * (sqrt (1 + (w * x) ^ 2) * sqrt (1 + (w * x) ^ 2) - 1).
    by rewrite s; ring.
  move: e p; move: (sqrt _) => q e p.
  have -> : w * w * q - w * (w * x) * (w * (w * x) / q) = w * w * q - (w * (w * x) * (w * (w * x))) / q.
    by field; lra.
  by rewrite e; field; lra.
apply: is_derive_div => //; last by lra.
by auto_derive => //; ring.
Qed.

(** z -> sqrt (1 + (w z)^2) in one variable. *)
Lemma bowl_known w y : second_order (fun z : vec 1 => sqrt (1 + (w * z first) ^ 2))
  (fun z => vec1 (w * (w * z first) / sqrt (1 + (w * z first) ^ 2)))
  (fun z _ _ => w ^ 2 / sqrt (1 + (w * z first) ^ 2) ^ 3) y.
Proof.
have p := root_pos (w * y first).
have p2 : 0 < 1 + (w * y first) ^ 2 by have := Rle_0_sqr (w * y first); rewrite /Rsqr /=; lra.
split.
- by apply: all1; rewrite /vec1 /upd /=; exact: is_derive_root.
- by apply: all1; apply: all1; rewrite /vec1 /upd /=; exact: is_derive_root2.
- by apply: all1; rewrite /vec1; continuity => //; lra.
- by apply: all1; apply: all1; continuity => //; apply: pow_nonzero; lra.
Qed.

Lemma bowl_known1 y : second_order bowl
  (fun z => vec1 (z first / sqrt (1 + z first ^ 2))) (fun z _ _ => / sqrt (1 + z first ^ 2) ^ 3) y.
Proof.
have := bowl_known 1 y.
have -> : (fun z : vec 1 => sqrt (1 + (1 * z first) ^ 2)) = bowl.
  by apply: functional_extensionality => z; rewrite Rmult_1_l.
have -> : (fun z : vec 1 => vec1 (1 * (1 * z first) / sqrt (1 + (1 * z first) ^ 2))) =
  (fun z => vec1 (z first / sqrt (1 + z first ^ 2))).
  by apply: functional_extensionality => z; rewrite !Rmult_1_l.
suff -> : (fun (z : vec 1) (_ _ : 'I_1) => 1 ^ 2 / sqrt (1 + (1 * z first) ^ 2) ^ 3) =
  (fun z _ _ => / sqrt (1 + z first ^ 2) ^ 3) by [].
apply: functional_extensionality => z; rewrite Rmult_1_l.
by do 2 apply: functional_extensionality => ?; rewrite /Rdiv pow1 Rmult_1_l.
Qed.

(** For every w the effective Hessian of L(w z) at z = 1 is less than 1: its square is at most 4/27. *)
Lemma short w : w ^ 2 / sqrt (1 + (w * 1) ^ 2) ^ 3 < 1.
Proof.
have p := root_pos (w * 1); have := root_sqr (w * 1); move: p; rewrite !Rmult_1_r.
move: (sqrt _) => q p s; have p3 : 0 < q ^ 3 by apply: pow_lt.
apply: (Rmult_lt_reg_r (q ^ 3)) => //.
rewrite /Rdiv Rmult_assoc Rinv_l ?Rmult_1_r ?Rmult_1_l; last lra.
have : 1 <= q by have := Rle_0_sqr w; rewrite /= in s; rewrite /Rsqr; nra.
by rewrite /= in s |- *; nra.
Qed.

(** The counterexample to `linear-metric`: L = sqrt (1 + u^2), W_0 = 0, z = 1, r = k = d = 1. The Hessian of L is
    positive everywhere, and no W whitens R^1, the only subspace of dimension 1. *)
Theorem linear_metric_counterexample :
  let W0 : mat 1 1 := fun _ _ => 0 in let z := vec1 1 in
  (forall u, C2 bowl u) /\
  [/\ critical bowl (mulv W0) z, rank (hess bowl (mulv W0 z)) 1, forall u, positive_definite (hess bowl u)
    & forall (q : 'I_1 -> vec 1) (W : mat 1 1), independent q -> ~ whitens bowl (mulv W) z q].
Proof.
move=> W0 z; have hE u : hess bowl u = fun _ _ => / sqrt (1 + u first ^ 2) ^ 3.
  exact: known_hess (near_all _ bowl_known1).
have hp (u : vec 1) : 0 < / sqrt (1 + u first ^ 2) ^ 3.
  by apply: Rinv_0_lt_compat; apply: pow_lt; exact: root_pos.
split; first by move=> u; exact: known_C2 (near_all _ bowl_known1).
split.
- rewrite /critical (known_grad (near_all _ bowl_known1)).
  apply: functional_extensionality => i; rewrite /mulv !sum1 /W0 /vec1 /zerov; field.
  by have := root_pos (0 * z first); lra.
- exists (fun _ => first); rewrite hE; split.
    move=> c /(at_index first); rewrite /combination sum1 /zerov => e.
    apply: functional_extensionality; apply: all1.
    by have := hp (mulv W0 z) => h; case: (Rmult_integral _ _ e) => // E; lra.
  move=> j; exists (vec1 1); apply: functional_extensionality => i.
  by rewrite /combination sum1 /vec1; ring.
- move=> u v v0; rewrite hE /form /dot /mulv !sum1.
  have : v first <> 0 by move=> e; apply: v0; apply: functional_extensionality; apply: all1.
  by have := hp u => h n; have : 0 < v first * v first; nra.
- move=> q W ind wh.
  have q0 : q first first <> 0.
    move=> e; have := ind (vec1 1); rewrite /combination => /(_ _)/(at_index first).
    suff E : (fun i => \sum_(l < 1) (vec1 1 l * q l i)) = zerov.
      by move=> /(_ E); rewrite /vec1 /zerov; lra.
    by apply: functional_extensionality; apply: all1; rewrite sum1 e /zerov; ring.
  have := wh (vec1 1); rewrite /= /effective.
  have -> : (fun y => bowl (mulv W y)) = (fun y : vec 1 => sqrt (1 + (W first first * y first) ^ 2)).
    by apply: functional_extensionality => y; rewrite /bowl /mulv sum1.
  rewrite (known_hess (near_all _ (bowl_known (W first first)))).
  rewrite /form /dot /mulv !sum1 /combination !sum1 {1}/z /vec1 !Rmult_1_l.
  have := short (W first first); move: (_ / _) => e e1 E.
  have : 0 < q first first * q first first by nra.
  nra.
Qed.

(** Reading `linear-metric` is refuted. *)
Theorem refuted_linear_metric : ~ sentence_linear_metric.
Proof.
move=> S; have [c2 [cr rk pd no]] := linear_metric_counterexample.
have [q [W [ind wh]]] := S _ _ _ _ _ _ c2 cr rk (le_n _) (le_n _) pd.
exact: no ind wh.
Qed.
