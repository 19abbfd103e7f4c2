(** * A positive definite form, its first coordinate split off *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Geometry Require Import forms semidefinite subspaces.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Blocks.
Variable F : realFieldType.

Lemma pd_unit n (A : 'M[F]_n) : pd A -> A \in unitmx.
Proof.
case=> _ pA; rewrite -row_free_unit -kermx_eq0 -submx0; apply/rV_subP => x /sub_kermxP xA.
by rewrite submx0; apply: contraT => /pA; rewrite /quad /form xA mul0mx mxE ltxx.
Qed.

Lemma dotDl n (x y z : 'rV[F]_n) : dot (x + y) z = dot x z + dot y z.
Proof. by rewrite /dot mulmxDl mxE. Qed.

Lemma dotZl n a (x y : 'rV[F]_n) : dot (a *: x) y = a * dot x y.
Proof. by rewrite /dot -scalemxAl mxE. Qed.

Lemma dotNl n (x y : 'rV[F]_n) : dot (- x) y = - dot x y.
Proof. by rewrite /dot mulNmx mxE. Qed.

Lemma dotMl m n (x : 'rV[F]_m) (A : 'M[F]_(m, n)) y : dot (x *m A) y = dot x (y *m A^T).
Proof. by rewrite /dot trmx_mul trmxK mulmxA. Qed.

Variable n : nat.
Implicit Types c d : 'rV[F]_(1 + n).

(** The first coordinate vector, and the inclusion of the others. *)
Definition e1 : 'rV[F]_(1 + n) := row_mx 1%:M 0.
Definition incl : 'M[F]_(n, 1 + n) := row_mx 0 1%:M.

Lemma split_row (y : F) (w : 'rV[F]_n) : row_mx y%:M w = y *: e1 + w *m incl.
Proof.
by rewrite scale_row_mx mul_mx_row add_row_mx mulmx0 addr0 mulmx1 scaler0 add0r scalemx1.
Qed.

Lemma e1e1 : dot e1 e1 = 1.
Proof. by rewrite /dot tr_row_mx mul_row_col mul0mx addr0 trmx1 mulmx1 mxE eqxx. Qed.

Lemma incl_incl : incl *m incl^T = 1%:M.
Proof. by rewrite tr_row_mx mul_row_col mul0mx add0r trmx1 mulmx1. Qed.

Lemma incl_e1 : incl *m e1^T = 0.
Proof. by rewrite tr_row_mx mul_row_col mul0mx trmx0 mulmx0 addr0. Qed.

Lemma e1_incl : e1 *m incl^T = 0.
Proof. by rewrite -[RHS]trmx0 -incl_e1 trmx_mul trmxK. Qed.

Lemma split_any c : c = dot c e1 *: e1 + c *m incl^T *m incl.
Proof.
have H : col_mx e1 incl = 1%:M by rewrite [RHS]scalar_mx_block.
have E : e1^T *m e1 + incl^T *m incl = 1%:M by rewrite -mul_row_col -tr_col_mx H trmx1 mulmx1.
by rewrite -[LHS]mulmx1 -E mulmxDr !mulmxA [c *m e1^T]mx11_scalar mul_scalar_mx.
Qed.

Variable Q : 'M[F]_(1 + n).
Hypothesis pQ : pd Q.

(** The form of the other coordinates. *)
Definition rest : 'M[F]_n := incl *m Q *m incl^T.
(** The mixed terms. *)
Definition mixed : 'rV[F]_n := e1 *m Q *m incl^T.
(** What the first coordinate moves the others by. *)
Definition pull : 'rV[F]_n := mixed *m invmx rest.
(** What is left of the square of the first coordinate. *)
Definition schur : F := quad Q e1 - dot pull mixed.

Let sQ : sym Q. Proof. by case: pQ. Qed.

Lemma rest_pd : pd rest.
Proof.
split=> [|x x0]; first exact: sym_congr.
rewrite quad_congr; case: pQ => _; apply; apply: contraNneq x0 => e.
by rewrite -[x]mulmx1 -incl_incl mulmxA e mul0mx.
Qed.

Let uC := pd_unit rest_pd.
Let sC : sym rest. Proof. by case: rest_pd. Qed.

Let pull_rest : pull *m rest = mixed. Proof. by rewrite /pull mulmxKV. Qed.

Lemma quad_split (y : F) (w : 'rV[F]_n) :
  quad Q (row_mx y%:M w) = schur * y ^+ 2 + quad rest (w + y *: pull).
Proof.
have q1 : quad Q (y *: e1 + w *m incl) = y ^+ 2 * quad Q e1 + 2%:R * (y * dot mixed w) + quad rest w.
  rewrite quadD_sym // quadZ formZl -quad_congr; congr (_ + _ * (_ * _) + _).
  by rewrite /form /dot /mixed trmx_mul !mulmxA.
have q2 : quad rest (w + y *: pull) = quad rest w + 2%:R * (y * dot mixed w) + y ^+ 2 * dot pull mixed.
  rewrite quadD_sym // quadZ formZr (form_sym _ _ sC) formE pull_rest.
  by congr (_ + _ + _ * _); rewrite /quad formE pull_rest dotC.
rewrite split_row q1 q2 /schur; move: (quad Q e1) (dot pull mixed) (dot mixed w) (quad rest w) => *; ring.
Qed.

Lemma schur_gt0 : 0 < schur.
Proof.
have := quad_split 1 (- pull); rewrite scale1r addNr quad0 addr0 expr1n mulr1 => <-.
case: pQ => _; apply; apply/eqP => /(congr1 lsubmx); rewrite row_mxKl linear0 => /matrixP /(_ 0 0).
by rewrite !mxE => /eqP; rewrite oner_eq0.
Qed.

(** The inverse of [Q] in these terms. *)
Lemma form_inverse c d :
  form (invmx Q) c d = form (invmx rest) (c *m incl^T) (d *m incl^T)
    + (dot c e1 - dot pull (c *m incl^T)) * (dot d e1 - dot pull (d *m incl^T)) / schur.
Proof.
set c' := c *m incl^T; set d' := d *m incl^T; set t := (dot c e1 - dot pull c') / schur.
have s0 : schur != 0 by rewrite gt_eqF ?schur_gt0.
have [Y YE] : exists Y, Y = c' *m invmx rest - t *: pull by eexists.
pose x := t *: e1 + Y *m incl.
have xC : x *m Q *m incl^T = c'.
  rewrite /x !mulmxDl -!scalemxAl -/mixed.
  have -> : Y *m incl *m Q *m incl^T = Y *m rest by rewrite /rest !mulmxA.
  by rewrite YE mulmxBl -scalemxAl pull_rest mulmxKV // addrC subrK.
have e1c : dot (c' *m invmx rest) mixed = dot pull c'.
  by rewrite dotMl dotC trmx_inv sC.
have x1 : dot (x *m Q) e1 = dot c e1.
  rewrite /x mulmxDl -scalemxAl dotDl dotZl -formE -/(quad Q e1).
  have -> : dot (Y *m incl *m Q) e1 = dot Y mixed by rewrite !dotMl /mixed sQ.
  rewrite YE dotDl dotNl dotZl e1c.
  have -> : t * quad Q e1 + (dot pull c' - t * dot pull mixed) = t * schur + dot pull c'.
    by rewrite /schur; ring.
  by rewrite /t divfK // subrK.
have xQ : x *m Q = c by rewrite [RHS]split_any -/c' [LHS]split_any xC x1.
have -> : form (invmx Q) c d = dot x d by rewrite formE -xQ mulmxK ?pd_unit.
rewrite /x dotDl dotZl dotMl -/d' YE dotDl dotNl dotZl [dot e1 d]dotC -/(form (invmx rest) c' d').
by rewrite /t formE; move: (dot (_ *m _) _) (dot d e1) (dot pull d') (dot c e1) (dot pull c') => *; field.
Qed.

End Blocks.
