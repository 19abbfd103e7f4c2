(** The rank of a matrix that depends continuously on a point does not drop nearby. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import Rstruct.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import matrices.
From Geometry Require Import jets pullback smooth real_functions.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Near.
Variables (k : nat) (x : vec k).

Lemma cont_sums T (r : seq T) (P : pred T) (F : T -> vec k -> R) :
  (forall i, cont (F i) x) -> cont (fun w => \sum_(i <- r | P i) F i w) x.
Proof.
move=> H; elim: r => [|i r IH].
  by apply: (cont_ext_near (f := fun=> 0)); [apply: near_all => w; rewrite big_nil | exact: cont_const].
apply: (cont_ext_near (f := fun w => (if P i then F i w else 0) + \sum_(j <- r | P j) F j w)).
  by apply: near_all => w; rewrite big_cons; case: (P i); rewrite ?add0r.
by apply: cont_plus => //; case: (P i); [exact: H | exact: cont_const].
Qed.

Lemma cont_prods T (r : seq T) (F : T -> vec k -> R) :
  (forall i, cont (F i) x) -> cont (fun w => \prod_(i <- r) F i w) x.
Proof.
move=> H; elim: r => [|i r IH].
  by apply: (cont_ext_near (f := fun=> 1)); [apply: near_all => w; rewrite big_nil | exact: cont_const].
apply: (cont_ext_near (f := fun w => F i w * \prod_(j <- r) F j w)).
  by apply: near_all => w; rewrite big_cons.
exact: cont_mult.
Qed.

Lemma cont_det n (A : vec k -> 'M[R]_n) : (forall i j, cont (fun w => A w i j) x) -> cont (fun w => \det (A w)) x.
Proof.
move=> H; apply: cont_sums => s; apply: cont_mult; first exact: cont_const.
exact: cont_prods.
Qed.

Lemma cont_mulmx m n p (A : vec k -> 'M[R]_(m, n)) (B : vec k -> 'M[R]_(n, p)) :
  (forall i j, cont (fun w => A w i j) x) -> (forall i j, cont (fun w => B w i j) x) ->
  forall i j, cont (fun w => (A w *m B w) i j) x.
Proof.
move=> cA cB i j; apply: (cont_ext_near (f := fun w => \sum_l A w i l * B w l j)).
  by apply: near_all => w; rewrite mxE.
by apply: cont_sums => l; apply: cont_mult.
Qed.

Lemma rank_near m n (A : vec k -> 'M[R]_(m, n)) : (forall i j, cont (fun w => A w i j) x) ->
  near x (fun w => (\rank (A x) <= \rank (A w))%N).
Proof.
move=> cA.
pose l := pinvmx (col_base (A x)); pose r := pinvmx (row_base (A x)).
have lAr : l *m A x *m r = 1%:M.
  have -> : l *m A x = row_base (A x).
    transitivity (l *m (col_base (A x) *m row_base (A x))); first by rewrite mulmx_base.
    by rewrite mulmxA mulVpmx ?mul1mx // col_base_full.
  by rewrite mulmxVp // row_base_free.
have c : cont (fun w => \det (l *m A w *m r)) x.
  apply: cont_det; apply: cont_mulmx => [|i j]; last exact: cont_const.
  by apply: cont_mulmx => // i j; exact: cont_const.
have d1 : \det (l *m A x *m r) = 1 by rewrite lAr det1.
have far : near x (fun w => \det (l *m A w *m r) != 0).
  apply: (c (fun a => a != 0)); rewrite d1.
  have := @locally_lt 0 1 (elimT (RltP _ _) ltr01).
  by apply: filter_imp => a /RltP; rewrite lt0r => /andP [].
apply: near_imp far => w; rewrite -unitfE -unitmxE => u.
have := mxrank_unit u => <-.
by apply: leq_trans (mxrankM_maxl _ _) (mxrankM_maxr _ _).
Qed.
End Near.
