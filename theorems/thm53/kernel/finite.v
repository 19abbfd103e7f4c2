(** * Finite statistical models and their Fisher information *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From Geometry Require Import forms semidefinite subspaces differential expansions.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Finite.
Variable F : realFieldType.

(** [p x] are the probabilities of the outcomes [x]. *)
Definition law (X : finType) (p : X -> F) : Prop := (forall x, 0 <= p x) /\ \sum_x p x = 1.

(** [s] is the score of the outcome [x] at the parameter [t]: the gradient of log p(x), that is grad p(x) / p(x). *)
Definition score d (X : finType) (p : 'rV[F]_d -> X -> F) (t : 'rV_d) (x : X) (s : 'rV_d) : Prop :=
  exists2 a, gradient (fun t' => p t' x) t a & s = (p t x)^-1 *: a.

(** [I] is the Fisher information about the parameter at [t]: the mean of score^T score. *)
Definition fisher d (X : finType) (p : 'rV[F]_d -> X -> F) (t : 'rV_d) (I : 'M_d) : Prop :=
  near t (fun t' => law (p t')) /\
  exists2 s : X -> 'rV_d, forall x, score p t x (s x) & I = \sum_x p t x *: ((s x)^T *m s x).

(** The law of h(z) when [z] has the law [p]. *)
Definition pushforward (X Y : finType) (h : X -> Y) (p : X -> F) (y : Y) : F := \sum_(x | h x == y) p x.

Lemma score_unique d (X : finType) (p : 'rV[F]_d -> X -> F) t x s s' : score p t x s -> score p t x s' -> s = s'.
Proof. by move=> [a Da ->] [b Db ->]; rewrite (gradient_unique Da Db). Qed.

Lemma fisher_unique d (X : finType) (p : 'rV[F]_d -> X -> F) t I I' : fisher p t I -> fisher p t I' -> I = I'.
Proof.
move=> [_ [s Hs ->]] [_ [s' Hs' ->]]; apply: eq_bigr => x _.
by rewrite (score_unique (Hs x) (Hs' x)).
Qed.

Lemma tensor_sym d (a : 'rV[F]_d) : sym (a^T *m a).
Proof. by rewrite /sym trmx_mul trmxK. Qed.

Lemma quad_tensor d (a v : 'rV[F]_d) : quad (a^T *m a) v = dot v a ^+ 2.
Proof.
rewrite /quad /form mulmxA -mulmxA mxE big_ord1 expr2.
by congr (_ * _); apply: dotC.
Qed.

Lemma quad_scaled d (X : finType) (w : X -> F) (s : X -> 'rV[F]_d) v :
  quad (\sum_x w x *: ((s x)^T *m s x)) v = \sum_x w x * dot v (s x) ^+ 2.
Proof. by rewrite /quad form_sum; apply: eq_bigr => x _; rewrite form_mxZ -/(quad _ _) quad_tensor. Qed.

Lemma sym_scaled d (X : finType) (w : X -> F) (s : X -> 'rV[F]_d) :
  sym (\sum_x w x *: ((s x)^T *m s x)).
Proof. by apply: sym_sum => x; apply/symZ/tensor_sym. Qed.

Lemma fisher_psd d (X : finType) (p : 'rV[F]_d -> X -> F) t I : fisher p t I -> psd I.
Proof.
move=> [/near_self [p0 _] [s _ ->]]; split=> [|v]; first exact: sym_scaled.
by rewrite quad_scaled sumr_ge0 // => x _; rewrite mulr_ge0 ?sqr_ge0.
Qed.

Lemma pushforward_law (X Y : finType) (h : X -> Y) (p : X -> F) : law p -> law (pushforward h p).
Proof.
move=> [p0 p1]; split=> [y|]; first by apply: sumr_ge0.
by rewrite /pushforward -[RHS]p1 [RHS](partition_big h xpredT).
Qed.

(** The law of h(z) has a Fisher matrix whenever that of z has. *)
Lemma pushforward_fisher d (X Y : finType) (h : X -> Y) (p : 'rV[F]_d -> X -> F) t I :
  fisher p t I -> exists I', fisher (fun t' => pushforward h (p t')) t I'.
Proof.
move=> [[dl d0 lw] [s Hs _]].
have /fin_all_exists [a Da] : forall x, exists a, gradient (fun t' => p t' x) t a.
  by move=> x; have [a Da _] := Hs x; exists a.
eexists; split; first by exists dl => // v /lw; apply: pushforward_law.
exists (fun y => (pushforward h (p t) y)^-1 *: \sum_(x | h x == y) a x) => // y.
by exists (\sum_(x | h x == y) a x) => //; apply: gradient_sum.
Qed.

End Finite.
