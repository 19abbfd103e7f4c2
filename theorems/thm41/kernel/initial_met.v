(** * The binomial bound is attained *)
From Coq Require Import Reals Lra.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import Rstruct.
From mathcomp.algebra_tactics Require Import ring.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import forms semidefinite inertia subspaces matrices laws.
From Geometry Require Import jets pullback smooth quadratic_losses.
From Geometry.thm41 Require Import heads inertia_bound real_heads hessian_parts hessian_met initial.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Turns.
Variables (s : R -> R) (d m k : nat).

(** The symmetric difference of two sets of units. *)
Definition difference (A B : {set 'I_m}) : {set 'I_m} := [set j | (j \in A) (+) (j \in B)].

Lemma turnedD (A B : {set 'I_m}) (W2 : 'M[R]_(k, m)) : turned B (turned A W2) = turned (difference A B) W2.
Proof.
apply/matrixP => i j; rewrite !mxE inE mulrA; congr (_ * _).
by case: (j \in A); case: (j \in B); rewrite /= ?expr0 ?expr1 ?mulrNN ?mulr1 ?mul1r.
Qed.

Lemma turnD (A B : {set 'I_m}) (w : two_layers d m k) : turn s B (turn s A w) = turn s (difference A B) w.
Proof.
rewrite /turn /preactivation /= turnedD; congr TwoLayers.
by rewrite -addrA -mulmxDr -linearD /= addrA subrK.
Qed.
End Turns.

(** The bound of part initial is attained at every [m], with r = 0: d = m units with s(a) = a - a^2 / 2, W_1 = I, W_2 = (+-1 .. +-1) with independent fair signs, and L(u) = u, so that hess L = 0, at z = 0. P(H_eff >= 0) = 1 / 2^m = P(Bin(m, 1/2) <= 0), and no hypothesis fails anywhere. *)
Theorem part_initial_attained (m : nat) :
  let s := parabola 1 1 in let L := line_loss 1 0 in
  let w0 := TwoLayers (1%:M : 'M[R]_m) 0 (const_mx 1 : 'M[R]_(1, m)) 0 (vectors.zerov : vec m) in
  let w A := turn s A w0 in
  exists (P : law R_realFieldType {set 'I_m}) (sigma : {set 'I_m} -> {set 'I_m} -> {set 'I_m}),
  [/\ forall A B, w (sigma B A) = turn s B (w A),
      forall B, invariant P (sigma B),
      forall A, (forall j, bends s L (w A) 0 j != 0) /\
        (n_plus (loss_hessian L (head_of s (w A) (point (w A)))) + (m - \rank (first_weights (w A))) <= 0)%N &
      forall stable : pred {set 'I_m}, (forall A, stable A <-> psd (hessian L (head_of s (w A)) (point (w A)))) ->
        event P stable /\ prob P stable = binomial_tail m 0].
Proof.
move=> s L w0 w; have sC : C2fun s := parabola_C2 1 1; have LC u : C2 L u := line_loss_C2 _ _ _.
have T0 : (0 < #|{set 'I_m}|)%N by rewrite card_powerset_ord expn_gt0.
exists (uniform R_realFieldType T0), (fun B A => difference A B).
have HE u : loss_hessian L u = 0 by rewrite line_loss_mx raddf0.
have bE A j : bends s L (w A) 0 j = - (-1) ^+ (j \in A).
  rewrite turn_bends // [bends _ _ _ _ _]mxE line_loss_row raddf0 mulmx0 add0r mul1mx mxE mul1r.
  by rewrite Derive2_parabola mulrN1.
have dI B : involutive (fun A : {set 'I_m} => difference A B).
  by move=> A; apply/setP => j; rewrite !inE addbK.
split.
- by move=> A B; rewrite /w turnD.
- move=> B f _; split=> //=; congr (_ / _).
  by rewrite [RHS](reindex_inj (inv_inj (dI B))).
- move=> A; split=> [j|]; first by rewrite bE oppr_eq0 signr_eq0.
  by rewrite HE n_plus0 /= mxrank1 subnn.
move=> stable st; split=> //.
have sE A : stable A = (A == setT).
  have H A' : hessian L (head_of s (w A')) (point (w A')) = diag_mx (bends s L (w A')).
    by rewrite hessian_units // HE mulmx0 mul0mx add0r /= trmx1 mul1mx mulmx1.
  apply/idP/eqP => [/st|->].
    rewrite H => -[_ p]; apply/setP => j; rewrite inE; apply: contraT => jA.
    have := p (delta_mx 0 j); rewrite quad_diag (bigD1 j) //= big1 => [|i ij]; last first.
      by rewrite bE mxE eqxx (negPf ij) expr0n mulr0.
    by rewrite bE (negPf jA) expr0 mxE !eqxx expr1n mulr1 addr0 oppr_ge0 ler10.
  apply/st; rewrite H; split; first exact: sym_diag.
  move=> v; rewrite quad_diag sumr_ge0 // => j _.
  by rewrite bE inE expr1 opprK mul1r sqr_ge0.
rewrite /prob /= (bigD1 setT) //= sE eqxx big1 => [|A nA]; last by rewrite sE (negPf nA).
by rewrite addr0 card_powerset_ord /binomial_tail big_ord1 bin0 natrX.
Qed.
