(** The hypotheses of the part [identity] of 3.2 can be met. *)
From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth symmetry intervals quadratic homogeneous orthonormal cosine.
From Geometry.thm32 Require Import necessary sine convex.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The loss [|u|^2 / 2] is C^2, convex and not constant. *)
Lemma part_identity_convex_met (r : nat) : let L := @bowl r.+1 1 zerov in
  (forall u, C2 L u) /\ convex L /\ exists x y, L x <> L y.
Proof.
split; first by move=> u; exact: bowl_C2.
split.
  move=> x y t [t0 t1]; rewrite /bowl.
  have e v : subv v (@zerov r.+1) = v by apply: functional_extensionality => i; rewrite /subv /zerov; ring.
  rewrite !e !(dotDl, dotDr, dotZl, dotZr, dotBl, dotBr) (dotC y x).
  have p : 0 <= t * (1 - t) by apply: Rmult_le_pos; lra.
  have := dot_ge0 (subv x y); rewrite !(dotBl, dotBr) (dotC y x) => q.
  have := Rmult_le_pos _ _ p q; lra.
exists zerov, (kron ord0); rewrite /bowl.
have e v : subv v (@zerov r.+1) = v by apply: functional_extensionality => i; rewrite /subv /zerov; ring.
by rewrite !e dot0l orthonormal_kron /kron eqxx; lra.
Qed.

(** Behind a constant loss every head has [H_eff = 0], so that no head has [H_eff = I] (d >= 1). *)
Lemma part_identity_convex_needs_nonconstant (r k : nat) (b : R) (h : vec r.+1 -> vec k) z :
  (forall u, C2 (fun _ : vec k => b) u) /\ convex (fun _ : vec k => b)
  /\ effective (fun _ => b) h z <> scalar_mat r.+1 1.
Proof.
split; first by move=> u; exact: C2_const.
split; first by move=> x y t _; lra.
move=> /(congr1 (fun A => A ord0 ord0)); rewrite /effective /scalar_mat /kron eqxx /hess.
by rewrite (partial_ext (g := fun=> 0)) ?partial_const => [|y]; [lra | exact: partial_const].
Qed.

(** The hypotheses of the necessary condition and of the oscillation bound are met along every segment, with
    [epsilon = 0], by the head [h(z) = c/2 |z|^2] and the loss [L(u) = u]. *)
Lemma part_identity_met (d : nat) (a e : vec d) (c : R) :
  exists (L : vec 1 -> R) (h : vec d -> vec 1), forall t,
    C2map h (segment a e t) /\ C2 L (h (segment a e t))
    /\ has_velocity (segment a e) t (velocity (segment a e) t)
    /\ effective L h (segment a e t) = scalar_mat d c
    /\ (0 < c -> norm_le (fun i j => effective L h (segment a e t) i j / c - kron i j) 0).
Proof.
exists (fun u => u ord0), (fun z _ => bowl c zerov z) => t.
have E : effective (fun u : vec 1 => u ord0) (fun z _ => bowl c zerov z) (segment a e t) = scalar_mat d c.
  by apply: functional_extensionality => i; apply: functional_extensionality => j; exact: hess_bowl.
split; first by move=> i; exact: bowl_C2.
split; first exact: C2_coord.
split.
  by move=> i; apply: Derive_correct; exists (e i); case: (segment_velocity a e t) => _ [].
split=> // c0 v; rewrite E (_ : mulv _ v = zerov) ?/len ?dot0l ?sqrt_0; first by rewrite Rmult_0_l; lra.
apply: functional_extensionality => i; rewrite /mulv /zerov -[RHS](sum0 d); apply: eq_sum => j.
by rewrite /scalar_mat; field; lra.
Qed.

(** Isotropy is needed for the parabola: along [gamma(t) = t] the head [h(z) = z^3] with [L(u) = u], which is not
    isotropic, has a loss of another form. *)
Lemma part_identity_necessary_needs_isotropy : exists (L : vec 1 -> R) (h : vec 1 -> vec 1) (gamma : R -> vec 1),
  (forall t, C2map h (gamma t) /\ C2 L (h (gamma t)) /\ has_velocity gamma t (velocity gamma t))
  /\ ~ exists (c : R) (z0 : vec 1) (const : R), forall t,
       L (h (gamma t)) = c / 2 * dot (subv (gamma t) z0) (subv (gamma t) z0) + const.
Proof.
exists (fun u => u ord0), (fun z _ => z ord0 * (z ord0 * z ord0)), (fun t _ => t); split.
  move=> t; split; first by move=> a; apply: C2_mult; [exact: C2_coord | apply: C2_mult; exact: C2_coord].
  by split; [exact: C2_coord | move=> i; apply: Derive_correct; exact: ex_derive_id].
move=> [c [z0 [b H]]]; have E t := H t; move: (E 0) (E 1) (E (-1)) (E 2) (E (-2)).
rewrite /dot !big_ord_recl !big_ord0 /subv /=; lra.
Qed.
