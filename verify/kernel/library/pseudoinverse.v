(** * The Moore-Penrose pseudoinverse over an ordered field *)
From mathcomp Require Import all_ssreflect all_algebra.
From Geometry Require Import forms semidefinite subspaces.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Pseudoinverse.
Variable F : realFieldType.

(** The four equations of Penrose: [P] is the pseudoinverse of [A]. *)
Definition penrose m n (A : 'M[F]_(m, n)) (P : 'M[F]_(n, m)) : Prop :=
  [/\ A *m P *m A = A, P *m A *m P = P, sym (A *m P) & sym (P *m A)].

(** The pseudoinverse of [A = C R], with independent columns in [C] and independent rows in [R]. *)
Definition pseudoinverse m n (A : 'M[F]_(m, n)) : 'M[F]_(n, m) :=
  let C := col_base A in let R := row_base A in
  locked (R^T *m invmx (R *m R^T) *m (invmx (C^T *m C) *m C^T)).

Lemma penrose_factors m r n (C : 'M[F]_(m, r)) (R : 'M[F]_(r, n)) :
  row_free C^T -> row_free R ->
  penrose (C *m R) (R^T *m invmx (R *m R^T) *m (invmx (C^T *m C) *m C^T)).
Proof.
move=> fC fR.
have uR : R *m R^T \in unitmx by exact: gram_unit.
have uC : C^T *m C \in unitmx by rewrite -{2}[C]trmxK; apply: gram_unit.
have sR : sym (R *m R^T) by rewrite /sym trmx_mul trmxK.
have sC : sym (C^T *m C) by rewrite /sym trmx_mul trmxK.
have e1 : C *m R *m (R^T *m invmx (R *m R^T) *m (invmx (C^T *m C) *m C^T))
          = C *m invmx (C^T *m C) *m C^T.
  by rewrite !mulmxA -[C *m R *m R^T]mulmxA -[C *m _ *m invmx (R *m R^T)]mulmxA mulmxV ?mulmx1.
have e2 : R^T *m invmx (R *m R^T) *m (invmx (C^T *m C) *m C^T) *m (C *m R)
          = R^T *m invmx (R *m R^T) *m R.
  by rewrite !mulmxA -[_ *m C^T *m C]mulmxA -[_ *m invmx (C^T *m C) *m _]mulmxA mulVmx ?mulmx1.
split.
- by rewrite e1 !mulmxA -[_ *m C^T *m C]mulmxA -[_ *m invmx (C^T *m C) *m _]mulmxA mulVmx ?mulmx1.
- by rewrite e2 !mulmxA -[_ *m R *m R^T]mulmxA -[_ *m invmx (R *m R^T) *m (R *m R^T)]mulmxA mulVmx ?mulmx1.
- by rewrite e1 /sym !trmx_mul trmxK trmx_inv sC mulmxA.
- by rewrite e2 /sym !trmx_mul trmxK trmx_inv sR mulmxA.
Qed.

(** It satisfies the four equations. *)
Lemma pseudoinverseP m n (A : 'M[F]_(m, n)) : penrose A (pseudoinverse A).
Proof.
have fC : row_free (col_base A)^T by rewrite /row_free mxrank_tr; apply: col_base_full.
by rewrite /pseudoinverse -lock; have := penrose_factors fC (row_base_free A); rewrite mulmx_base.
Qed.

(** Only one matrix does. *)
Lemma penrose_unique m n (A : 'M[F]_(m, n)) P Q : penrose A P -> penrose A Q -> P = Q.
Proof.
move=> [p1 p2 p3 p4] [q1 q2 q3 q4].
have e1 : A *m P = A *m Q.
  have -> : A *m P = A *m Q *m (A *m P) by rewrite !mulmxA q1.
  by rewrite -p3 -q3 -trmx_mul !mulmxA p1 q3.
have e2 : P *m A = Q *m A.
  have -> : P *m A = P *m A *m (Q *m A) by rewrite -[in LHS]q1 !mulmxA.
  by rewrite -p4 -q4 -trmx_mul -mulmxA [A *m (P *m A)]mulmxA p1 q4.
by rewrite -p2 e2 -mulmxA e1 mulmxA q2.
Qed.

Lemma pseudoinverse_unique m n (A : 'M[F]_(m, n)) P : penrose A P -> P = pseudoinverse A.
Proof. by move=> h; apply: penrose_unique h (pseudoinverseP A). Qed.

Lemma pseudoinverse_sym n (A : 'M[F]_n) : sym A -> sym (pseudoinverse A).
Proof.
move=> sA; apply: pseudoinverse_unique; have [p1 p2 p3 p4] := pseudoinverseP A.
move: (pseudoinverse A) p1 p2 p3 p4 => P p1 p2 p3 p4; split.
- by rewrite -{1 2}sA -!trmx_mul mulmxA p1 sA.
- by rewrite -{1}sA -!trmx_mul mulmxA p2.
- by rewrite -{1}sA -trmx_mul p4 /sym p4.
- by rewrite -{1}sA -trmx_mul p3 /sym p3.
Qed.

Lemma pseudoinverse_unit n (A : 'M[F]_n) : A \in unitmx -> pseudoinverse A = invmx A.
Proof.
move=> uA; symmetry; apply: pseudoinverse_unique.
by split; rewrite ?mulmxV ?mulVmx ?mul1mx //; apply: sym1.
Qed.

End Pseudoinverse.
