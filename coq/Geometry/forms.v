(** Quadratic and bilinear forms on row vectors over an ordered field.

    Vectors are rows: the vector [A v] of the text is written [x *m A^T], the
    number [v^T A w] is [form A x y], and a subspace is the row space of a
    matrix, as everywhere in MathComp. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.algebra_tactics Require Import ring.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Definitions.

Variable F : realFieldType.

(** [form A x y] is the number x A y^T. *)
Definition form n (A : 'M[F]_n) (x y : 'rV[F]_n) : F := (x *m A *m y^T) 0 0.

(** [quad A x] is the quadratic form x A x^T. *)
Definition quad n (A : 'M[F]_n) (x : 'rV[F]_n) : F := form A x x.

(** [dot x y] is the inner product of x and y. *)
Definition dot n (x y : 'rV[F]_n) : F := (x *m y^T) 0 0.

(** [sqn x] is the squared Euclidean norm |x|^2. *)
Definition sqn n (x : 'rV[F]_n) : F := dot x x.

(** A is a symmetric matrix. *)
Definition sym n (A : 'M[F]_n) : Prop := A^T = A.

(** A is symmetric and positive semidefinite. *)
Definition psd n (A : 'M[F]_n) : Prop := sym A /\ forall x, 0 <= quad A x.

(** A is symmetric and positive definite. *)
Definition pd n (A : 'M[F]_n) : Prop :=
  sym A /\ forall x, x != 0 -> 0 < quad A x.

(** The form of A is positive definite on the row space of V. *)
Definition positive_on m n (A : 'M[F]_n) (V : 'M[F]_(m, n)) : Prop :=
  forall x : 'rV_n, (x <= V)%MS -> x != 0 -> 0 < quad A x.

(** The form of A is negative definite on the row space of V. *)
Definition negative_on m n (A : 'M[F]_n) (V : 'M[F]_(m, n)) : Prop :=
  forall x : 'rV_n, (x <= V)%MS -> x != 0 -> quad A x < 0.

End Definitions.

Section Theory.

Variable F : realFieldType.

Lemma dotE n (x y : 'rV[F]_n) : dot x y = \sum_i x 0 i * y 0 i.
Proof. by rewrite /dot !mxE; apply: eq_bigr => i _; rewrite !mxE. Qed.

Lemma dotC n (x y : 'rV[F]_n) : dot x y = dot y x.
Proof. by rewrite !dotE; apply: eq_bigr => i _; rewrite mulrC. Qed.

Lemma formE n (A : 'M[F]_n) x y : form A x y = dot (x *m A) y.
Proof. by []. Qed.

Lemma form_dot n (A : 'M[F]_n) x y : form A x y = dot x (y *m A^T).
Proof. by rewrite /form /dot trmx_mul trmxK mulmxA. Qed.

Lemma form1 n (x y : 'rV[F]_n) : form 1%:M x y = dot x y.
Proof. by rewrite /form mulmx1. Qed.

Lemma quad1 n (x : 'rV[F]_n) : quad 1%:M x = sqn x.
Proof. exact: form1. Qed.

Lemma formDl n (A : 'M[F]_n) x y z : form A (x + y) z = form A x z + form A y z.
Proof. by rewrite /form !mulmxDl mxE. Qed.

Lemma formDr n (A : 'M[F]_n) x y z : form A x (y + z) = form A x y + form A x z.
Proof. by rewrite /form linearD mulmxDr mxE. Qed.

Lemma formZl n (A : 'M[F]_n) a x y : form A (a *: x) y = a * form A x y.
Proof. by rewrite /form -!scalemxAl mxE. Qed.

Lemma formZr n (A : 'M[F]_n) a x y : form A x (a *: y) = a * form A x y.
Proof. by rewrite /form linearZ -scalemxAr mxE. Qed.

Lemma formNl n (A : 'M[F]_n) x y : form A (- x) y = - form A x y.
Proof. by rewrite -scaleN1r formZl mulN1r. Qed.

Lemma formNr n (A : 'M[F]_n) x y : form A x (- y) = - form A x y.
Proof. by rewrite -scaleN1r formZr mulN1r. Qed.

Lemma form0l n (A : 'M[F]_n) x : form A 0 x = 0.
Proof. by rewrite /form !mul0mx mxE. Qed.

Lemma form0r n (A : 'M[F]_n) x : form A x 0 = 0.
Proof. by rewrite /form trmx0 mulmx0 mxE. Qed.

Lemma form_mxD n (A B : 'M[F]_n) x y : form (A + B) x y = form A x y + form B x y.
Proof. by rewrite /form mulmxDr mulmxDl mxE. Qed.

Lemma form_mxN n (A : 'M[F]_n) x y : form (- A) x y = - form A x y.
Proof. by rewrite /form mulmxN mulNmx mxE. Qed.

Lemma form_mxZ n a (A : 'M[F]_n) x y : form (a *: A) x y = a * form A x y.
Proof. by rewrite /form -scalemxAr -scalemxAl mxE. Qed.

Lemma form_mx0 n (x y : 'rV[F]_n) : form 0 x y = 0.
Proof. by rewrite /form mulmx0 mul0mx mxE. Qed.

Lemma form_sum n I (r : seq I) (P : pred I) (A : I -> 'M[F]_n) x y :
  form (\sum_(i <- r | P i) A i) x y = \sum_(i <- r | P i) form (A i) x y.
Proof. by rewrite /form mulmx_sumr mulmx_suml summxE. Qed.

Lemma form_tr n (A : 'M[F]_n) x y : form A^T x y = form A y x.
Proof.
have -> : form A y x = (y *m A *m x^T)^T 0 0 by rewrite mxE.
by rewrite !trmx_mul trmxK mulmxA.
Qed.

Lemma form_sym n (A : 'M[F]_n) x y : sym A -> form A x y = form A y x.
Proof. by move=> sA; rewrite -form_tr sA. Qed.

(** Two matrices with the same bilinear form are equal. *)
Lemma form_inj n (A B : 'M[F]_n) : (forall x y, form A x y = form B x y) -> A = B.
Proof.
move=> h; apply/matrixP => i j.
have e (C : 'M[F]_n) : form C (delta_mx 0 i) (delta_mx 0 j) = C i j.
  by rewrite /form -rowE trmx_delta -colE !mxE.
by rewrite -!e h.
Qed.

Lemma quadD n (A : 'M[F]_n) x y :
  quad A (x + y) = quad A x + (form A x y + form A y x) + quad A y.
Proof. by rewrite /quad !formDl !formDr; ring. Qed.

Lemma quadD_sym n (A : 'M[F]_n) x y : sym A ->
  quad A (x + y) = quad A x + 2%:R * form A x y + quad A y.
Proof. by move=> sA; rewrite quadD (form_sym y x sA); ring. Qed.

Lemma quadZ n (A : 'M[F]_n) a x : quad A (a *: x) = a ^+ 2 * quad A x.
Proof. by rewrite /quad formZl formZr; ring. Qed.

Lemma quadN n (A : 'M[F]_n) x : quad A (- x) = quad A x.
Proof. by rewrite /quad formNl formNr opprK. Qed.

Lemma quad0 n (A : 'M[F]_n) : quad A 0 = 0.
Proof. exact: form0l. Qed.

Lemma quad_mxD n (A B : 'M[F]_n) x : quad (A + B) x = quad A x + quad B x.
Proof. exact: form_mxD. Qed.

Lemma quad_mxN n (A : 'M[F]_n) x : quad (- A) x = - quad A x.
Proof. exact: form_mxN. Qed.

Lemma quad_mxB n (A B : 'M[F]_n) x : quad (A - B) x = quad A x - quad B x.
Proof. by rewrite quad_mxD quad_mxN. Qed.

Lemma quad_mxZ n a (A : 'M[F]_n) x : quad (a *: A) x = a * quad A x.
Proof. exact: form_mxZ. Qed.

Lemma quad_tr n (A : 'M[F]_n) x : quad A^T x = quad A x.
Proof. exact: form_tr. Qed.

(** Two symmetric matrices with the same quadratic form are equal. *)
Lemma quad_inj n (A B : 'M[F]_n) : sym A -> sym B ->
  (forall x, quad A x = quad B x) -> A = B.
Proof.
move=> sA sB h; apply: form_inj => x y.
have := h (x + y); rewrite !quadD_sym // !h => /addIr /addrI.
by apply: mulfI; rewrite pnatr_eq0.
Qed.

(** Congruence: the form of B A B^T at x is the form of A at x B. *)
Lemma form_congr m n (B : 'M[F]_(m, n)) (A : 'M[F]_n) x y :
  form (B *m A *m B^T) x y = form A (x *m B) (y *m B).
Proof. by rewrite /form trmx_mul !mulmxA. Qed.

Lemma quad_congr m n (B : 'M[F]_(m, n)) (A : 'M[F]_n) x :
  quad (B *m A *m B^T) x = quad A (x *m B).
Proof. exact: form_congr. Qed.

(** The same for J^T H J, the form of the text. *)
Lemma form_pull m n (J : 'M[F]_(m, n)) (H : 'M[F]_m) x y :
  form (J^T *m H *m J) x y = form H (x *m J^T) (y *m J^T).
Proof. by rewrite -{2}[J]trmxK form_congr. Qed.

Lemma quad_pull m n (J : 'M[F]_(m, n)) (H : 'M[F]_m) x :
  quad (J^T *m H *m J) x = quad H (x *m J^T).
Proof. exact: form_pull. Qed.

Lemma sym_congr m n (B : 'M[F]_(m, n)) (A : 'M[F]_n) : sym A -> sym (B *m A *m B^T).
Proof. by move=> sA; rewrite /sym !trmx_mul trmxK sA mulmxA. Qed.

Lemma sym_pull m n (J : 'M[F]_(m, n)) (H : 'M[F]_m) : sym H -> sym (J^T *m H *m J).
Proof. by move=> sA; rewrite /sym !trmx_mul trmxK sA mulmxA. Qed.

Lemma symD n (A B : 'M[F]_n) : sym A -> sym B -> sym (A + B).
Proof. by rewrite /sym linearD /= => -> ->. Qed.

Lemma symN n (A : 'M[F]_n) : sym A -> sym (- A).
Proof. by rewrite /sym linearN /= => ->. Qed.

Lemma symB n (A B : 'M[F]_n) : sym A -> sym B -> sym (A - B).
Proof. by move=> sA sB; apply: symD => //; apply: symN. Qed.

Lemma symZ n a (A : 'M[F]_n) : sym A -> sym (a *: A).
Proof. by rewrite /sym linearZ /= => ->. Qed.

Lemma sym0 n : sym (0 : 'M[F]_n).
Proof. exact: trmx0. Qed.

Lemma sym1 n : sym (1%:M : 'M[F]_n).
Proof. exact: trmx1. Qed.

Lemma sym_scalar n (a : F) : sym (a%:M : 'M[F]_n).
Proof. exact: tr_scalar_mx. Qed.

Lemma sym_diag n (D : 'rV[F]_n) : sym (diag_mx D).
Proof. exact: tr_diag_mx. Qed.

Lemma sym_sum n I (r : seq I) (P : pred I) (A : I -> 'M[F]_n) :
  (forall i, sym (A i)) -> sym (\sum_(i <- r | P i) A i).
Proof. by move=> h; rewrite /sym linear_sum; apply: eq_bigr => i _; apply: h. Qed.

Lemma quad_diag n (D : 'rV[F]_n) x : quad (diag_mx D) x = \sum_i D 0 i * x 0 i ^+ 2.
Proof.
by rewrite /quad formE dotE; apply: eq_bigr => i _; rewrite mul_mx_diag mxE mulrAC -expr2 mulrC.
Qed.

Lemma quad_scalar n (a : F) (x : 'rV[F]_n) : quad a%:M x = a * sqn x.
Proof. by rewrite -scalemx1 quad_mxZ quad1. Qed.

End Theory.
