(** * Heads with independent units: how often a collapse is stable *)
From Coq Require Import Reals Lra.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import zify.
From mathcomp.analysis Require Import Rstruct.
From mathcomp.algebra_tactics Require Import ring.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import forms semidefinite diagonal inertia sylvester subspaces matrices laws.
From Geometry Require Import jets pullback smooth quadratic_losses.
From Geometry Require conditions.
From Geometry.thm41 Require Import heads direction inertia_bound critical real_heads hessian_parts hessian_met.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** P(Bin(m, 1/2) <= r): the probability of at most [r] heads in [m] fair tosses. *)
Definition binomial_tail (m r : nat) : R_realFieldType := (\sum_(i < r.+1) 'C(m, i))%:R / 2%:R ^+ m.

Lemma card_subsets m r : (#|[set A : {set 'I_m} | (#|A| <= r)%N]| <= \sum_(i < r.+1) 'C(m, i))%N.
Proof.
elim: r => [|r IH].
  rewrite big_ord1 -[X in 'C(X, _)]card_ord -card_draws; apply: subset_leq_card; apply/subsetP => A.
  by rewrite !inE leqn0.
rewrite big_ord_recr /= -[X in 'C(X, r.+1)]card_ord -card_draws.
have -> : [set A : {set 'I_m} | (#|A| <= r.+1)%N] = [set A : {set 'I_m} | (#|A| <= r)%N] :|: [set A : {set 'I_m} | #|A| == r.+1].
  by apply/setP => A; rewrite !inE leq_eqVlt orbC ltnS.
by apply: leq_trans (leq_card_setU _ _).1 _; rewrite leq_add2r.
Qed.

Lemma card_powerset_ord m : #|{set 'I_m}| = (2 ^ m)%N.
Proof. by rewrite -[RHS]/(2 ^ m)%N -cardsT -powersetT card_powerset cardsT card_ord. Qed.

(** W_2 with the signs of the columns in [A] changed. *)
Definition turned k m (A : {set 'I_m}) (W2 : 'M[R]_(k, m)) : 'M[R]_(k, m) :=
  \matrix_(i, j) ((-1) ^+ (j \in A) * W2 i j).

(** A head of two layers: its weights and biases, and the point [z]. *)
Record two_layers (d m k : nat) : Type := TwoLayers {
  first_weights : 'M[R]_(m, d); first_bias : 'rV[R]_m;
  second_weights : 'M[R]_(k, m); second_bias : 'rV[R]_k;
  point : vec d
}.

Section Units.
Variables (s : R -> R) (d m k : nat).
Hypothesis sC : C2fun s.
Let s1 := Derive s.
Let s2 := Derive s1.
Implicit Type w : two_layers d m k.

(** The head, and its preactivations at the point. *)
Definition head_of w : vec d -> vec k :=
  real_head s (Layer (first_weights w) (first_bias w) (Last (second_weights w) (second_bias w))).
Definition preactivation w : 'rV[R]_m := affine (first_weights w) (first_bias w) (row_of (point w)).

(** The signs of the units in [A] are changed: those columns of W_2 change sign, and b_2 is readjusted to keep h(z). *)
Definition turn (A : {set 'I_m}) w : two_layers d m k :=
  let W := turned A (second_weights w) in
  TwoLayers (first_weights w) (first_bias w) W
    (second_bias w + map_mx s (preactivation w) *m (second_weights w - W)^T) (point w).

(** The entries delta_j s''(a_j) of D, with delta = W_2^T rho. *)
Definition bends (L : vec k -> R) w : 'rV[R]_m :=
  \row_j ((loss_gradient L (head_of w (point w)) *m second_weights w) 0 j * Derive (Derive s) (preactivation w 0 j)).

Lemma turn_output A w : head_of (turn A w) (point w) = head_of w (point w).
Proof.
apply: row_of_inj; rewrite !row_head /= /affine -/(preactivation w) /turn /=.
rewrite linearB /= mulmxBr; move: (map_mx s _ *m (turned _ _)^T) => x; move: (map_mx _ _ *m _) => y.
by rewrite [RHS]addrC addrCA [x + _]addrC subrK.
Qed.

Lemma turn_bends L A w j : bends L (turn A w) 0 j = (-1) ^+ (j \in A) * bends L w 0 j.
Proof.
rewrite [LHS]mxE [X in _ = _ * X]mxE turn_output mulrA; congr (_ * _).
rewrite [LHS]mxE [X in _ = _ * X]mxE mulr_sumr; apply: eq_bigr => i _.
by rewrite [turned _ _ _ _]mxE mulrCA.
Qed.

Lemma hessian_units L w : C2 L (head_of w (point w)) ->
  hessian L (head_of w) (point w) =
  (jacobian_of (head_of w) (point w))^T *m loss_hessian L (head_of w (point w)) *m jacobian_of (head_of w) (point w)
  + (first_weights w)^T *m diag_mx (bends L w) *m first_weights w.
Proof.
move=> LC; rewrite hessian_split //; last exact: real_head_C2.
rewrite pullbackE; congr (_ + _); rewrite /head_of interaction_real // symmetry.interaction_layer.
have last0 (x : 'rV_m) : interaction s s1 s2 (Last (second_weights w) (second_bias w))
    (loss_gradient L (head_of w (point w))) x = 0 by rewrite /interaction mulmx0.
by rewrite last0 mulmx0 mul0mx addr0.
Qed.

Lemma stable_units L w : C2 L (head_of w (point w)) -> psd (hessian L (head_of w) (point w)) ->
  (#|[set j | (bends L w ord0 j < 0)%R]| <= n_plus (loss_hessian L (head_of w (point w))) + (m - \rank (first_weights w)))%N.
Proof.
move=> LC p; have := inertia_bound (diag_mx (bends L w)) (jacobian_of (head_of w) (point w)) (first_weights w) (sym_loss LC).
rewrite -hessian_units // (n_minus_psd p) leqn0 -subnDA subn_eq0.
have -> : n_minus (diag_mx (bends L w)) = #|[set j | bends L w 0 j < 0]|; last by [].
rewrite (@n_minus_diagonal _ _ _ 1%:M (bends L w)) ?unitmx1 ?trmx1 ?mulmx1 ?mul1mx //.
by rewrite cardsE.
Qed.

(** Of the 2^m changes of signs of units, at most as many make the collapse stable as there are subsets of at most [r] units, r = n_+(hess L) + (m - rank W_1), if no delta_j s''(a_j) is zero. *)
Theorem part_initial_count L w r : C2 L (head_of w (point w)) -> (forall j, bends L w 0 j != 0) ->
  (n_plus (loss_hessian L (head_of w (point w))) + (m - \rank (first_weights w)) <= r)%N ->
  forall stable : pred {set 'I_m},
  (forall A, stable A -> psd (hessian L (head_of (turn A w)) (point w))) ->
  (#|stable| <= \sum_(i < r.+1) 'C(m, i))%N.
Proof.
move=> LC b0 le stable st; pose B := [set j | bends L w 0 j < 0].
pose f (A : {set 'I_m}) := (A :\: B) :|: (B :\: A).
have fB A : f A = [set j | bends L (turn A w) 0 j < 0].
  apply/setP => j; rewrite !inE turn_bends.
  have [lt|gt|e] := ltgtP (bends L w 0 j) 0; last by have := b0 j; rewrite e eqxx.
    by case: (j \in A); rewrite /= ?expr1 ?expr0 ?mulN1r ?mul1r ?oppr_lt0 ?lt ?(lt_gtF lt).
  by case: (j \in A); rewrite /= ?expr1 ?expr0 ?mulN1r ?mul1r ?oppr_lt0 ?gt ?(lt_gtF gt).
have fI : injective f.
  move=> A A' /setP e; apply/setP => j; have := e j; rewrite !inE.
  by case: (j \in A); case: (j \in A'); case: (_ < 0).
rewrite -(card_imset _ fI).
apply: leq_trans (_ : #|[set A : {set 'I_m} | (#|A| <= r)%N]| <= _)%N.
  apply: subset_leq_card; apply/subsetP => _ /imsetP[A As ->]; rewrite inE fB.
  apply: leq_trans le; have := @stable_units L (turn A w); rewrite turn_output => K.
  by apply: K => //; exact: st.
exact: card_subsets.
Qed.

(** If no delta_j s''(a_j) is zero, W_1 has full row rank and s' is zero nowhere, then the point is not critical: part critical. *)
Theorem part_initial_not_critical L w : (0 < m)%N -> C2 L (head_of w (point w)) ->
  (forall a, Derive s a <> 0) -> (m <= d)%N -> \rank (first_weights w) = m -> (forall j, bends L w 0 j != 0) ->
  ~ conditions.critical L (head_of w) (point w).
Proof.
move=> m0 LC s0 md rW b0 crit.
have tN : tapering (Layer (first_weights w) (first_bias w) (Last (second_weights w) (second_bias w))).
  by split=> //; rewrite rW (minn_idPl md).
have [de _ _] := part_critical_hessian sC LC tN s0 crit.
have e : (loss_gradient L (head_of w (point w)) *m second_weights w) 0 (Ordinal m0) = 0.
  have := congr1 (fun x : 'rV_(m + 0) => x 0 (lshift 0 (Ordinal m0))) de.
  by rewrite [LHS]row_mxEl [RHS]mxE.
by have := b0 (Ordinal m0); rewrite [X in X != 0]mxE e mul0r eqxx.
Qed.

End Units.

Section Probability.
Variables (s : R -> R) (W : Type) (P : law R_realFieldType W) (d m k : nat).
Variables (w : W -> two_layers d m k) (sigma : {set 'I_m} -> W -> W) (L : vec k -> R) (r : nat).

(** Two layers with m units, and a law of weights that does not change when any columns of W_2 change sign (with b_2 readjusted to keep h(z)), as where these columns are independent of each other, of the first layer, of z and of h(z), and each is symmetric: P(H_eff >= 0) <= P(Bin(m, 1/2) <= r), if almost surely no delta_j s''(a_j) is zero and n_+(hess L) + (m - rank W_1) <= r. Outside the event [bad] both hold; it may have any probability, which is then added. *)
Theorem part_initial (stable bad : pred W) :
  C2fun s -> (forall x, C2 L (head_of s (w x) (point (w x)))) ->
  (forall A x, w (sigma A x) = turn s A (w x)) -> (forall A, invariant P (sigma A)) ->
  (forall x, stable x <-> psd (hessian L (head_of s (w x)) (point (w x)))) -> event P stable -> event P bad ->
  (forall x, ~~ bad x -> (forall j, bends s L (w x) 0 j != 0) /\
     (n_plus (loss_hessian L (head_of s (w x) (point (w x)))) + (m - \rank (first_weights (w x))) <= r)%N) ->
  prob P stable <= binomial_tail m r + prob P bad.
Proof.
move=> sC LC turns inv st es eb good.
have -> : binomial_tail m r = (\sum_(i < r.+1) 'C(m, i))%:R / #|{set 'I_m}|%:R.
  by rewrite /binomial_tail card_powerset_ord natrX.
apply: prob_orbit inv es eb _ => [|x /good[b0 le]]; first by rewrite card_powerset_ord expn_gt0.
apply: (part_initial_count sC (LC x) b0 le) => A; rewrite inE => /st.
by rewrite turns.
Qed.

(** The reading: at random initialisation with independent units, given h(z), m <= d and rank W_1 = m, and a loss Hessian >= 0 of rank r, lambda_min(H_eff) < 0 but for a probability of at most P(Bin(m, 1/2) <= r); the last hypotheses hold outside an event [bad] of probability 0. *)
Theorem reading_2_initial (unstable_set bad : pred W) :
  C2fun s -> (forall x, C2 L (head_of s (w x) (point (w x)))) ->
  (forall A x, w (sigma A x) = turn s A (w x)) -> (forall A, invariant P (sigma A)) ->
  (forall x, unstable_set x <-> unstable (hessian L (head_of s (w x)) (point (w x)))) -> event P unstable_set ->
  event P bad -> prob P bad = 0 ->
  (forall x, ~~ bad x -> [/\ forall j, bends s L (w x) 0 j != 0, \rank (first_weights (w x)) = m,
     psd (loss_hessian L (head_of s (w x) (point (w x)))) & \rank (loss_hessian L (head_of s (w x) (point (w x)))) = r]) ->
  1 - binomial_tail m r <= prob P unstable_set.
Proof.
move=> sC LC turns inv un eu eb b0 good.
have es : integrable P (fun x => -1 * (unstable_set x)%:R + 1) by apply: integrable_linear eu (integrable1 P).
pose stable : pred W := fun x => ~~ unstable_set x.
have sE x : -1 * (unstable_set x)%:R + 1 = (stable x)%:R :> R.
  by rewrite /stable; case: (unstable_set x); rewrite /= mulN1r ?oppr0 ?addNr ?add0r.
have ext : (fun x => -1 * (unstable_set x)%:R + 1) = (fun x => (stable x)%:R) :> (W -> R).
  by apply: FunctionalExtensionality.functional_extensionality => x; exact: sE.
have e : event P stable by rewrite /event -ext.
have pE : prob P stable = 1 - prob P unstable_set.
  by rewrite /prob -ext (mean_linear _ eu (integrable1 P)) mean1 mulN1r addrC.
have st x : stable x <-> psd (hessian L (head_of s (w x)) (point (w x))).
  split=> [nu|[_ p]].
    apply: not_unstable => [|/un u]; first by apply: sym_hessian (LC x); exact: real_head_C2.
    by rewrite /stable u in nu.
  by apply/negP => /un [v]; rewrite ltNge p.
have := part_initial sC LC turns inv st e eb; rewrite b0 addr0 pE => K.
rewrite ler_subl_addr addrC -ler_subl_addr; apply: K => x /good [g rW pH rH]; split=> //.
by rewrite (n_plus_psd pH) rH rW subnn addn0.
Qed.
End Probability.
