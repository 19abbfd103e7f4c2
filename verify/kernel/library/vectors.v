(** Vectors and matrices over the real numbers of Coq, with any number of coordinates: finite sums,
    the product of a matrix with a vector, the scalar product, the Euclidean length.  *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

Canonical Rplus_law := Monoid.Law (fun x y z => esym (Rplus_assoc x y z)) Rplus_0_l Rplus_0_r.
Canonical Rplus_comlaw := Monoid.ComLaw Rplus_comm.
Canonical Rmult_law := Monoid.MulLaw Rmult_0_l Rmult_0_r.
Canonical Rplus_addlaw := Monoid.AddLaw Rmult_plus_distr_r Rmult_plus_distr_l.

(** The sum of [F i] over the indices [i] below [n]. *)
Notation "\sum_ ( i < n ) F" := (\big[Rplus/0%R]_(i < n) F%R) : R_scope.

(** A vector with [n] real coordinates. *)
Definition vec (n : nat) := 'I_n -> R.
(** A matrix with [m] rows and [n] columns. *)
Definition mat (m n : nat) := 'I_m -> 'I_n -> R.

Section Definitions.
Variables m n p : nat.
Implicit Types (x y : vec n) (A : mat m n).

(** The product [A x]. *)
Definition mulv A x : vec m := fun i => \sum_(j < n) (A i j * x j).
(** The transpose. *)
Definition tr A : mat n m := fun j i => A i j.
(** The product of two matrices. *)
Definition mulm A (B : mat n p) : mat m p := fun i j => \sum_(l < n) (A i l * B l j).
(** The sum of two matrices. *)
Definition addm A (B : mat m n) : mat m n := fun i j => A i j + B i j.
(** The scalar product [x^T y]. *)
Definition dot x y : R := \sum_(i < n) (x i * y i).
(** The Euclidean length. *)
Definition len x : R := sqrt (dot x x).
(** The vector zero. *)
Definition zerov : vec n := fun _ => 0.
(** The sum, the difference and the multiple of vectors. *)
Definition addv x y : vec n := fun i => x i + y i.
Definition subv x y : vec n := fun i => x i - y i.
Definition scalev (t : R) x : vec n := fun i => t * x i.
End Definitions.
Arguments zerov {n}.

(** The value [v^T A w] of the form of a square matrix. *)
Definition form (n : nat) (A : mat n n) (v w : vec n) : R := dot v (mulv A w).
(** The number [1] where two indices agree, and [0] elsewhere. *)
Definition kron (n : nat) (i j : 'I_n) : R := if i == j then 1 else 0.

Lemma eq_sum n (F G : 'I_n -> R) : (forall i, F i = G i) -> \sum_(i < n) F i = \sum_(i < n) G i.
Proof. by move=> e; apply: eq_bigr => i _. Qed.

Lemma sum0 n : \sum_(i < n) 0 = 0.
Proof. by rewrite big1_eq. Qed.

Lemma sumD n (F G : 'I_n -> R) : \sum_(i < n) (F i + G i) = \sum_(i < n) F i + \sum_(i < n) G i.
Proof. exact: big_split. Qed.

Lemma mulr_sum n (a : R) (F : 'I_n -> R) : a * (\sum_(i < n) F i) = \sum_(i < n) (a * F i).
Proof. exact: big_distrr. Qed.

Lemma mull_sum n (a : R) (F : 'I_n -> R) : (\sum_(i < n) F i) * a = \sum_(i < n) (F i * a).
Proof. exact: big_distrl. Qed.

Lemma sumN n (F : 'I_n -> R) : \sum_(i < n) (- F i) = - \sum_(i < n) F i.
Proof.
rewrite (_ : - _ = -1 * (\sum_(i < n) F i)); last by ring.
by rewrite mulr_sum; apply: eq_sum => i; ring.
Qed.

Lemma sumB n (F G : 'I_n -> R) : \sum_(i < n) (F i - G i) = \sum_(i < n) F i - \sum_(i < n) G i.
Proof. by rewrite /Rminus -sumN -sumD. Qed.

Lemma exchange_sum m n (F : 'I_m -> 'I_n -> R) :
  \sum_(i < m) \sum_(j < n) F i j = \sum_(j < n) \sum_(i < m) F i j.
Proof. exact: exchange_big. Qed.

Lemma sum_kron n (i : 'I_n) (F : 'I_n -> R) : \sum_(j < n) (kron i j * F j) = F i.
Proof.
rewrite (bigD1 i) //= big1 => [|j ji]; rewrite /kron; first by rewrite eqxx; ring.
by rewrite eq_sym (negbTE ji); ring.
Qed.

Lemma kronC n (i j : 'I_n) : kron i j = kron j i.
Proof. by rewrite /kron eq_sym. Qed.

Lemma sum_ge0 n (F : 'I_n -> R) : (forall i, 0 <= F i) -> 0 <= \sum_(i < n) F i.
Proof. by move=> F0; elim/big_ind: _ => [|x y *|i _]; [lra | lra | exact: F0]. Qed.

Lemma sum_le n (F G : 'I_n -> R) : (forall i, F i <= G i) -> \sum_(i < n) F i <= \sum_(i < n) G i.
Proof. by move=> FG; elim/big_ind2: _ => [|x y *|i _]; [lra | lra | exact: FG]. Qed.

Lemma sum_abs n (F : 'I_n -> R) : Rabs (\sum_(i < n) F i) <= \sum_(i < n) Rabs (F i).
Proof.
elim/big_ind2: _ => [|x a y b xa yb|i _]; first by rewrite Rabs_R0; lra.
  by apply: Rle_trans (Rabs_triang _ _) _; lra.
exact: Rle_refl.
Qed.

(** A sum of nonnegative numbers that vanishes has vanishing terms. *)
Lemma sum_eq0 n (F : 'I_n -> R) : (forall i, 0 <= F i) -> \sum_(i < n) F i = 0 -> forall i, F i = 0.
Proof.
move=> F0 S i; move: S; rewrite (bigD1 i) //=.
set r := \big[_/_]_(j | _) _ => S.
have : 0 <= r by rewrite /r; elim/big_ind: _ => [|x y *|j _]; [lra | lra | exact: F0].
by move: (F0 i); lra.
Qed.

Section Dot.
Variable n : nat.
Implicit Types x y z : vec n.

Lemma dotC x y : dot x y = dot y x.
Proof. by apply: eq_sum => i; ring. Qed.

Lemma dotDl x y z : dot (addv x y) z = dot x z + dot y z.
Proof. by rewrite -sumD; apply: eq_sum => i; rewrite /addv; ring. Qed.

Lemma dotDr x y z : dot z (addv x y) = dot z x + dot z y.
Proof. by rewrite !(dotC z) dotDl. Qed.

Lemma dotBl x y z : dot (subv x y) z = dot x z - dot y z.
Proof. by rewrite -sumB; apply: eq_sum => i; rewrite /subv; ring. Qed.

Lemma dotBr x y z : dot z (subv x y) = dot z x - dot z y.
Proof. by rewrite !(dotC z) dotBl. Qed.

Lemma dotZl t x y : dot (scalev t x) y = t * dot x y.
Proof. by rewrite mulr_sum; apply: eq_sum => i; rewrite /scalev; ring. Qed.

Lemma dotZr t x y : dot x (scalev t y) = t * dot x y.
Proof. by rewrite dotC dotZl dotC. Qed.

Lemma dot0l x : dot zerov x = 0.
Proof. by rewrite -[RHS](sum0 n); apply: eq_sum => i; rewrite /zerov; ring. Qed.

Lemma dot0r x : dot x zerov = 0.
Proof. by rewrite dotC dot0l. Qed.

Lemma dot_ge0 x : 0 <= dot x x.
Proof. by apply: sum_ge0 => i; exact: Rle_0_sqr. Qed.

Lemma dot_eq0 x : dot x x = 0 -> x = zerov.
Proof.
move=> e; apply: functional_extensionality => i; apply: Rsqr_0_uniq.
exact: (sum_eq0 (F := fun i => x i * x i) (fun i => Rle_0_sqr (x i)) e).
Qed.

Lemma dot_gt0 x : x <> zerov -> 0 < dot x x.
Proof. by move=> x0; case: (dot_ge0 x) => // e; case: x0; apply: dot_eq0. Qed.

Lemma len_ge0 x : 0 <= len x.
Proof. exact: sqrt_pos. Qed.

Lemma len_sqr x : len x * len x = dot x x.
Proof. by apply: sqrt_sqrt; apply: dot_ge0. Qed.

Lemma len_eq0 x : len x = 0 -> x = zerov.
Proof. by move=> e; apply: dot_eq0; rewrite -len_sqr e; ring. Qed.

Lemma lenZ t x : len (scalev t x) = Rabs t * len x.
Proof.
rewrite /len dotZl dotZr -Rmult_assoc sqrt_mult; [|exact: Rle_0_sqr|exact: dot_ge0].
by rewrite -/(Rsqr t) sqrt_Rsqr_abs.
Qed.

(** The inequality of Cauchy and Schwarz. *)
Lemma cauchy_schwarz x y : dot x y <= len x * len y.
Proof.
have [x0|xn] := Req_dec (len x) 0.
  by rewrite x0 (len_eq0 x0) dot0l; lra.
have x1 : 0 < len x by move: (len_ge0 x) xn; lra.
have := dot_ge0 (subv (scalev (len x) y) (scalev (dot x y / len x) x)).
rewrite dotBl !dotBr !dotZl !dotZr (dotC y x) -!len_sqr => H.
have {}H : dot x y * dot x y <= (len x * len y) * (len x * len y).
  suff E : len x * (len x * (len y * len y)) - len x * (dot x y / len x * dot x y) -
    (dot x y / len x * (len x * dot x y) - dot x y / len x * (dot x y / len x * (len x * len x)))
    = (len x * len y) * (len x * len y) - dot x y * dot x y by rewrite E in H; lra.
  by field; lra.
apply: Rnot_lt_le => lt; have := Rmult_le_pos _ _ (len_ge0 x) (len_ge0 y); move=> p.
by have := Rmult_le_0_lt_compat _ _ _ _ p p lt lt; lra.
Qed.

Lemma cauchy_schwarz_abs x y : Rabs (dot x y) <= len x * len y.
Proof.
apply: Rabs_le; split; last exact: cauchy_schwarz.
have := cauchy_schwarz (scalev (-1) x) y; rewrite dotZl lenZ Rabs_Ropp Rabs_R1; lra.
Qed.
End Dot.

Lemma dot_mulv m n (A : mat m n) (x : vec m) (y : vec n) : dot x (mulv A y) = dot (mulv (tr A) x) y.
Proof.
rewrite /dot /mulv /tr.
under eq_sum => i do rewrite mulr_sum.
rewrite exchange_sum; apply: eq_sum => j; rewrite mull_sum; apply: eq_sum => i; ring.
Qed.

Lemma mulv_mulm m n p (A : mat m n) (B : mat n p) (x : vec p) : mulv (mulm A B) x = mulv A (mulv B x).
Proof.
apply: functional_extensionality => i; rewrite /mulv /mulm.
under eq_sum => j do rewrite mull_sum.
rewrite exchange_sum; apply: eq_sum => l; rewrite mulr_sum; apply: eq_sum => j; ring.
Qed.

Lemma mulv_addm m n (A B : mat m n) (x : vec n) : mulv (addm A B) x = addv (mulv A x) (mulv B x).
Proof.
by apply: functional_extensionality => i; rewrite /mulv /addv -sumD; apply: eq_sum => j; rewrite /addm; ring.
Qed.

Lemma mulv0 m n (A : mat m n) : mulv A zerov = zerov.
Proof.
apply: functional_extensionality => i; rewrite /mulv -[RHS](sum0 n).
by apply: eq_sum => j; rewrite /zerov; ring.
Qed.

Lemma mulvD m n (A : mat m n) (x y : vec n) : mulv A (addv x y) = addv (mulv A x) (mulv A y).
Proof.
by apply: functional_extensionality => i; rewrite /mulv /addv -sumD; apply: eq_sum => j; ring.
Qed.

Lemma mulvZ m n (A : mat m n) t (x : vec n) : mulv A (scalev t x) = scalev t (mulv A x).
Proof.
by apply: functional_extensionality => i; rewrite /mulv /scalev mulr_sum; apply: eq_sum => j; ring.
Qed.

(** The matrix [A] has rank [r]: its range [{A v}] has a basis of [r] vectors. *)
Definition has_rank m n (A : mat m n) (r : nat) : Prop :=
  exists b : 'I_r -> vec m,
    (forall c : vec r, (forall i, \sum_(l < r) (c l * b l i) = 0) -> c = zerov)
    /\ forall w : vec m, (exists v, mulv A v = w) <-> (exists c : vec r, w = fun i => \sum_(l < r) (c l * b l i)).

Lemma len_triangle n (x y : vec n) : len (addv x y) <= len x + len y.
Proof.
have p := Rplus_le_le_0_compat _ _ (len_ge0 x) (len_ge0 y).
apply: Rsqr_incr_0 => //; last exact: len_ge0.
rewrite /Rsqr len_sqr !(dotDl, dotDr) (dotC y x) -!len_sqr; have := cauchy_schwarz x y; lra.
Qed.
