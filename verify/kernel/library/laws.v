(** * Probability laws, by their expectations *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Laws.
Variable F : realFieldType.

(** A law on [W]: its expectation [mean], which on the functions that it can integrate is linear and monotone, and 1 at 1. Every probability measure has such an expectation, its integral; nothing else of it is needed here. *)
Record law (W : Type) : Type := Law {
  integrable : (W -> F) -> Prop;
  mean : (W -> F) -> F;
  integrable1 : integrable (fun=> 1);
  mean1 : mean (fun=> 1) = 1;
  integrable_linear : forall a f g, integrable f -> integrable g -> integrable (fun w => a * f w + g w);
  mean_linear : forall a f g, integrable f -> integrable g -> mean (fun w => a * f w + g w) = a * mean f + mean g;
  mean_le : forall f g, integrable f -> integrable g -> (forall w, f w <= g w) -> mean f <= mean g
}.

(** [E] is an event of the law: its indicator can be integrated. *)
Definition event W (P : law W) (E : pred W) : Prop := integrable P (fun w => (E w)%:R).

(** The probability of an event: the mean of its indicator. *)
Definition prob W (P : law W) (E : pred W) : F := mean P (fun w => (E w)%:R).

(** [P] does not change under the map [sigma]. *)
Definition invariant W (P : law W) (sigma : W -> W) : Prop :=
  forall f, integrable P f -> integrable P (fun w => f (sigma w)) /\ mean P (fun w => f (sigma w)) = mean P f.

Section Uniform.
Variables (T : finType) (T0 : (0 < #|T|)%N).

Lemma average1 : (\sum_(t : T) 1) / #|T|%:R = 1 :> F.
Proof. by rewrite sumr_const mulfV // gt_eqF // ltr0n. Qed.

Lemma average_linear a (f g : T -> F) :
  (\sum_t (a * f t + g t)) / #|T|%:R = a * ((\sum_t f t) / #|T|%:R) + (\sum_t g t) / #|T|%:R.
Proof. by rewrite big_split -mulr_sumr mulrDl mulrA. Qed.

Lemma average_le (f g : T -> F) : (forall t, f t <= g t) -> (\sum_t f t) / #|T|%:R <= (\sum_t g t) / #|T|%:R.
Proof. by move=> fg; rewrite ler_pmul2r ?invr_gt0 ?ltr0n // ler_sum. Qed.

(** The law that gives the elements of a finite type that is not empty the same weight. *)
Definition uniform : law T := {|
  integrable := fun=> True;
  mean := fun f => (\sum_t f t) / #|T|%:R;
  integrable1 := I;
  mean1 := average1;
  integrable_linear := fun _ _ _ _ _ => I;
  mean_linear := fun a f g _ _ => average_linear a f g;
  mean_le := fun f g _ _ => @average_le f g
|}.

End Uniform.

Lemma sides : (0 < #|{: bool}|)%N.
Proof. by rewrite card_bool. Qed.

(** The fair coin. *)
Definition fair : law bool := uniform sides.

Section Theory.
Variables (W : Type) (P : law W).

Lemma integrable0 : integrable P (fun=> 0).
Proof.
by have := integrable_linear (-1) (integrable1 P) (integrable1 P); rewrite mulN1r addNr.
Qed.

Lemma mean0 : mean P (fun=> 0) = 0.
Proof.
by have := mean_linear (-1) (integrable1 P) (integrable1 P); rewrite mean1 !mulN1r !addNr.
Qed.

Lemma mean_sum (I : Type) (r : seq I) (f : I -> W -> F) : (forall i, integrable P (f i)) ->
  exists2 g, integrable P g /\ mean P g = \sum_(i <- r) mean P (f i) & forall w, g w = \sum_(i <- r) f i w.
Proof.
move=> H; elim: r => [|i r [g [ig mg] gE]].
  exists (fun=> 0); last by move=> w; rewrite big_nil.
  by split; [exact: integrable0 | rewrite big_nil mean0].
exists (fun w => 1 * f i w + g w); last by move=> w; rewrite big_cons gE mul1r.
split; first exact: integrable_linear.
by rewrite mean_linear // big_cons mg mul1r.
Qed.

Lemma prob_fair (E : pred bool) : prob fair E = ((E true)%:R + (E false)%:R) / 2%:R.
Proof. by rewrite /prob /= big_bool card_bool. Qed.

(** If each point lies in the images of an event under at most [b] of the maps [sigma i], but for a set [bad] of points, then the event has the probability b / n at most, plus that of [bad]. *)
Lemma prob_orbit (I : finType) (sigma : I -> W -> W) (E bad : pred W) (b : nat) :
  (0 < #|I|)%N -> (forall i, invariant P (sigma i)) -> event P E -> event P bad ->
  (forall w, ~~ bad w -> (#|[pred i | E (sigma i w)]| <= b)%N) ->
  prob P E <= b%:R / #|I|%:R + prob P bad.
Proof.
move=> I0 inv eE ebad count; have n0 : 0 < #|I|%:R :> F by rewrite ltr0n.
have ie i : integrable P (fun w => (E (sigma i w))%:R) by have [] := inv i _ eE.
have [g [ig mg] gE] := mean_sum (index_enum I) ie.
have mgE : mean P g = #|I|%:R * prob P E.
  rewrite mg (eq_bigr (fun=> prob P E)) => [|i _]; first by rewrite sumr_const mulr_natl.
  by have [_] := inv i _ eE.
have i0 := integrable0.
have i1 : integrable P (fun w => #|I|%:R * (bad w)%:R + 0) by apply: integrable_linear.
have m1 : mean P (fun w => #|I|%:R * (bad w)%:R + 0) = #|I|%:R * prob P bad.
  by rewrite (mean_linear _ ebad i0) mean0 addr0.
have i2 : integrable P (fun w => b%:R * 1 + (#|I|%:R * (bad w)%:R + 0)).
  by apply: integrable_linear i1; exact: integrable1.
have := mean_le ig i2; rewrite mgE (mean_linear _ (integrable1 P) i1) m1 mean1.
rewrite mulr1 => bound; rewrite -(ler_pmul2l n0) mulrDr mulrCA mulfV ?gt_eqF // mulr1.
apply: bound => w; rewrite gE addr0 -natr_sum.
have -> : (\sum_i E (sigma i w))%N = #|[pred i | E (sigma i w)]|.
  by rewrite -sum1_card [RHS]big_mkcond; apply: eq_bigr => i _; rewrite inE; case: (E _).
case: (boolP (bad w)) => [_|/count le]; last by rewrite /= mulr0 addr0 ler_nat.
by rewrite /= mulr1 -natrD ler_nat; apply: leq_trans (max_card _) (leq_addl _ _).
Qed.

End Theory.
End Laws.
